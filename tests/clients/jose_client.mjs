// A program that verifies access tokens with jose and the key set at TOKEN_SERVICE_URL.
import assert from 'node:assert/strict';
import test from 'node:test';
import { createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { logIn } from './log_in.mjs';

const keys = createRemoteJWKSet(new URL(`${process.env.TOKEN_SERVICE_URL}/.well-known/jwks.json`));

const verify = (token, options) =>
  jwtVerify(token, keys, {
    algorithms: ['RS256'],
    issuer: 'https://tokens.example.org',
    typ: 'JWT',
    requiredClaims: ['exp', 'iat', 'sub', 'jti', 'sid'],
    ...options,
  });

test('reads the claims', async () => {
  const { payload } = await verify((await logIn(7, 'ada')).access);
  assert.equal(payload.token_type, 'access');
  assert.equal(payload.user_id, 7);
  assert.equal(payload.sub, '7');
  assert.equal(payload.exp, payload.iat + 15 * 60);
});

test('refuses a changed payload', async () => {
  const [header, , signature] = (await logIn(7, 'ada')).access.split('.');
  const [, payload] = (await logIn(8, 'bob')).access.split('.');
  await assert.rejects(
    verify(`${header}.${payload}.${signature}`),
    errors.JWSSignatureVerificationFailed,
  );
});

test('refuses an expired token', async () => {
  const { access } = await logIn(7, 'ada');
  const { payload } = await verify(access);
  await verify(access, { currentDate: new Date((payload.exp - 1) * 1000) });
  await assert.rejects(
    verify(access, { currentDate: new Date(payload.exp * 1000) }),
    errors.JWTExpired,
  );
});

test('refuses another issuer, type or audience', async () => {
  const { access } = await logIn(7, 'ada');
  for (const [claim, options] of [
    ['iss', { issuer: 'https://other.example.org' }],
    ['typ', { typ: 'at+jwt' }],
    ['aud', { audience: 'https://api.example.org' }],
  ]) {
    await assert.rejects(
      verify(access, options),
      (error) => error instanceof errors.JWTClaimValidationFailed && error.claim === claim,
    );
  }
});

test('has no key for a refresh token', async () => {
  const { refresh } = await logIn(7, 'ada');
  assert.equal(decodeProtectedHeader(refresh).alg, 'HS256');
  await assert.rejects(verify(refresh), errors.JOSEAlgNotAllowed);
  await assert.rejects(verify(refresh, { algorithms: undefined }), errors.JOSENotSupported);
});
