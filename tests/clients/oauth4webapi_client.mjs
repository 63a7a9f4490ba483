// An OAuth client and a resource server with oauth4webapi; all they are told is the issuer's URL.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import test from 'node:test';
import * as oauth from 'oauth4webapi';
import { logIn } from './log_in.mjs';

// Node 18 has them, but not as globals.
globalThis.crypto ??= webcrypto;
globalThis.CryptoKey ??= webcrypto.CryptoKey;

const rotation = process.env.ROTATION === 'on';
const issuer = new URL(process.env.TOKEN_SERVICE_URL);
const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { algorithm: 'oauth2' }),
);

const app = { client_id: 'app', token_endpoint_auth_method: 'none' };
const resource_server = {
  client_id: process.env.INTROSPECTION_NAME,
  client_secret: process.env.INTROSPECTION_SECRET,
  token_endpoint_auth_method: 'client_secret_basic',
};

const refresh = async (token, client = app) =>
  oauth.processRefreshTokenResponse(
    server,
    client,
    await oauth.refreshTokenGrantRequest(server, client, token),
  );

const introspect = async (token, options, client = resource_server) =>
  oauth.processIntrospectionResponse(
    server,
    client,
    await oauth.introspectionRequest(server, client, token, options),
  );

const revoke = async (token, options, client = app) =>
  oauth.processRevocationResponse(await oauth.revocationRequest(server, client, token, options));

const validate = (token, audience = 'https://api.example.org') =>
  oauth.validateJwtAccessToken(
    server,
    new Request('https://api.example.org/', { headers: { Authorization: `Bearer ${token}` } }),
    audience,
  );

function assertError(result, error) {
  assert.ok(oauth.isOAuth2Error(result), JSON.stringify(result));
  assert.equal(result.error, error);
}

test('discovery', () => {
  const base = issuer.origin;
  assert.equal(server.issuer, base);
  assert.equal(server.token_endpoint, `${base}/oauth2/token`);
  assert.equal(server.introspection_endpoint, `${base}/oauth2/introspect`);
  assert.equal(server.revocation_endpoint, `${base}/oauth2/revoke`);
  assert.equal(server.jwks_uri, `${base}/.well-known/jwks.json`);
  assert.deepEqual(server.grant_types_supported, ['refresh_token']);
  assert.deepEqual(server.introspection_endpoint_auth_methods_supported, ['client_secret_basic']);
});

test('refresh grant', async () => {
  const tokens = await logIn(7, 'ada');
  const first = await refresh(tokens.refresh);
  assert.equal(first.token_type, 'bearer');
  assert.equal(first.expires_in, 15 * 60);
  assert.equal((await validate(first.access_token)).sub, '7');
  assert.equal(first.refresh_token !== undefined, rotation);

  const second = await refresh(first.refresh_token ?? tokens.refresh);
  assert.equal((await validate(second.access_token)).sub, '7');
  assert.notEqual(second.access_token, first.access_token);
  if (rotation) {
    assert.notEqual(second.refresh_token, first.refresh_token);
    // A lost answer: the client's retry gets the session's present pair.
    const retry = await refresh(first.refresh_token);
    assert.equal(retry.refresh_token, second.refresh_token);
    assert.equal(retry.access_token, second.access_token);
  }
});

test('refresh grant: a client that authenticates is not asked to', async () => {
  const tokens = await logIn(7, 'ada');
  const result = await refresh(tokens.refresh, { client_id: 'app', client_secret: 'any' });
  assert.equal((await validate(result.access_token)).sub, '7');
});

test('refresh grant: invalid_grant', async () => {
  const tokens = await logIn(7, 'ada');
  assertError(await refresh('no token'), 'invalid_grant');
  assertError(await refresh(tokens.access), 'invalid_grant');
});

test('another grant: unsupported_grant_type', async () => {
  const response = await oauth.clientCredentialsGrantRequest(server, resource_server, {});
  const result = await oauth.processClientCredentialsResponse(server, resource_server, response);
  assertError(result, 'unsupported_grant_type');
});

test('access tokens of RFC 9068', async () => {
  const { access } = await logIn(7, 'ada');
  const claims = await validate(access);
  assert.equal(claims.sub, '7');
  assert.equal(claims.user_id, 7);
  assert.equal(claims.client_id, 'e2e');
  await assert.rejects(validate(access, 'https://other.example.org'), /"aud" \(audience\)/);
  const refresh_token = (await logIn(7, 'ada')).refresh;
  await assert.rejects(validate(refresh_token), /"alg"/);
});

test('introspection', async () => {
  const tokens = await logIn(7, 'ada');
  for (const [kind, token] of Object.entries({ access: tokens.access, refresh: tokens.refresh })) {
    for (const hint of ['access_token', 'refresh_token', 'unheard_of']) {
      const options = { additionalParameters: { token_type_hint: hint } };
      const result = await introspect(token, options);
      assert.equal(result.active, true, `${kind} with hint ${hint}`);
      assert.equal(result.sub, '7');
      assert.equal(result.iss, issuer.origin);
      assert.equal(result.username, 'ada');
      assert.equal(result.client_id, 'e2e');
      assert.equal(result.token_use, kind);
      assert.ok(result.exp > result.iat);
    }
  }
  assert.deepEqual(await introspect('no token'), { active: false });
});

test('introspection: invalid_client', async () => {
  const { access } = await logIn(7, 'ada');
  for (const client of [
    { ...resource_server, client_secret: 'wrong' },
    { ...resource_server, client_id: 'nobody' },
    app,
  ]) {
    const response = await oauth.introspectionRequest(server, client, access);
    assert.equal(response.status, 401);
    const [challenge] = oauth.parseWwwAuthenticateChallenges(response);
    assert.equal(challenge.scheme, 'basic');
    const result = await oauth.processIntrospectionResponse(server, client, response);
    assertError(result, 'invalid_client');
  }
});

test('revocation', async () => {
  for (const kind of ['access', 'refresh']) {
    const tokens = await logIn(7, 'ada');
    const other = await logIn(7, 'ada');
    const options = { additionalParameters: { token_type_hint: `${kind}_token` } };
    assert.equal(await revoke(tokens[kind], options), undefined);
    assert.deepEqual(await introspect(tokens.access), { active: false });
    assert.deepEqual(await introspect(tokens.refresh), { active: false });
    assertError(await refresh(tokens.refresh), 'invalid_grant');
    assert.equal((await introspect(other.access)).active, true);
  }
});

test('revocation of an unknown token, or by a client that authenticates', async () => {
  assert.equal(await revoke('no token'), undefined);
  const tokens = await logIn(7, 'ada');
  await revoke(tokens.refresh, undefined, { client_id: 'app', client_secret: 'any' });
  assert.deepEqual(await introspect(tokens.access), { active: false });
});
