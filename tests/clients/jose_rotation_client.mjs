// jose verifies without a gap while the signing key of the service is replaced, by the list `keys` in
// TOKEN_SERVICE_CONFIG and a SIGHUP to TOKEN_SERVICE_PID.
import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { logIn } from './log_in.mjs';

const base = process.env.TOKEN_SERVICE_URL;
const config = process.env.TOKEN_SERVICE_CONFIG;
const MAX_AGE = 2_000; // key_set.max_age, in milliseconds
const OVERLAP = 8_000; // from the publication of a key to its use

// Nothing but its cache's age makes this one look again.
const keys = createRemoteJWKSet(new URL(`${base}/.well-known/jwks.json`), {
  cacheMaxAge: MAX_AGE,
  cooldownDuration: 60_000,
});
const verify = (token) => jwtVerify(token, keys, { algorithms: ['RS256'] });
const kidOf = (token) => decodeProtectedHeader(token).kid;

// As the configuration writes it, in whole seconds.
const timeOf = (milliseconds) => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');

function reload(list) {
  const changed = readFileSync(config, 'utf8').replace(/keys: \[.*\]/, `keys: [${list.join(', ')}]`);
  writeFileSync(`${config}.new`, changed, { mode: 0o600 });
  renameSync(`${config}.new`, config);
  process.kill(Number(process.env.TOKEN_SERVICE_PID), 'SIGHUP');
}

async function publishedKids() {
  const answer = await fetch(`${base}/.well-known/jwks.json`);
  return (await answer.json()).keys.map((key) => key.kid);
}

async function refresh(token, id) {
  const answer = await fetch(`${base}/auth/token/refresh/`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ id }),
  });
  assert.equal(answer.status, 200);
  return (await answer.json()).access;
}

async function eventually(what, condition) {
  for (let patience = 150; patience > 0; --patience) {
    if (await condition()) {
      return;
    }
    await sleep(100);
  }
  assert.fail(`never happened: ${what}`);
}

// Until it is stopped: whoever logs in has a token that verifies. The kids of these tokens.
async function watchLogIns(stopped) {
  const kids = new Set();
  while (!stopped.aborted) {
    const { access } = await logIn(8, 'bob');
    await verify(access);
    kids.add(kidOf(access));
    await sleep(20);
  }
  return kids;
}

async function replaceKey() {
  const before = await logIn(7, 'ada');
  const old_kid = kidOf(before.access);
  await verify(before.access);
  assert.deepEqual(await publishedKids(), [old_kid]);

  const published = Date.now();
  const active = published + OVERLAP;
  const old_key = '{private_key_file: data/old.pem}';
  const new_key =
    `{private_key_file: data/new.pem, published_from: ${timeOf(published)}, ` +
    `active_from: ${timeOf(active)}}`;
  reload([old_key, new_key]);
  await eventually('the new key is published', async () => (await publishedKids()).length === 2);
  const new_kid = (await publishedKids()).find((kid) => kid !== old_kid);
  assert.ok(Date.now() + MAX_AGE < active - 1000, 'this machine is too slow for OVERLAP');
  assert.equal(kidOf((await logIn(8, 'bob')).access), old_kid);

  await eventually(
    'the new key signs',
    async () => kidOf((await logIn(8, 'bob')).access) === new_kid,
  );
  assert.ok(Date.now() >= active - 1000, 'the new key signs too early');
  await verify(before.access);

  // A log-in of the old key's time goes on with the new one.
  const renewed = await refresh(before.refresh, 7);
  assert.equal(kidOf(renewed), new_kid);
  await verify(renewed);

  reload([new_key]);
  await eventually('the old key is gone', async () => (await publishedKids()).length === 1);
  assert.deepEqual(await publishedKids(), [new_kid]);
  await sleep(MAX_AGE);
  await verify(renewed);
  await assert.rejects(verify(before.access), errors.JWKSNoMatchingKey);
  return [old_kid, new_kid];
}

test('a key is replaced', { timeout: 55_000 }, async () => {
  const stop = new AbortController();
  const watch = watchLogIns(stop.signal);
  const replaced = replaceKey().finally(() => stop.abort());
  const [kids, expected] = await Promise.all([watch, replaced]);
  assert.deepEqual(kids, new Set(expected));
});
