// RFC 9068: a resource server that verifies access tokens of the profile at+jwt with jose.
import assert from 'node:assert/strict';
import test from 'node:test';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { logIn } from './log_in.mjs';

const keys = createRemoteJWKSet(new URL(`${process.env.TOKEN_SERVICE_URL}/.well-known/jwks.json`));

const verify = (token, options) =>
  jwtVerify(token, keys, {
    algorithms: ['RS256'],
    issuer: 'https://tokens.example.org',
    audience: 'https://api.example.org',
    typ: 'at+jwt',
    requiredClaims: ['exp', 'iat', 'sub', 'jti', 'client_id'],
    ...options,
  });

test('accepts an access token of the profile', async () => {
  const { payload } = await verify((await logIn(7, 'ada')).access);
  assert.equal(payload.sub, '7');
  assert.equal(payload.user_id, 7);
});

test('refuses another audience or type', async () => {
  const { access } = await logIn(7, 'ada');
  for (const [claim, options] of [
    ['aud', { audience: 'https://other.example.org' }],
    ['typ', { typ: 'JWT' }],
  ]) {
    await assert.rejects(
      verify(access, options),
      (error) => error instanceof errors.JWTClaimValidationFailed && error.claim === claim,
    );
  }
});
