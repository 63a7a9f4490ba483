import { createPublicKey, randomUUID, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import formbody from '@fastify/formbody'
import jwt from '@fastify/jwt'
import { Sessions } from './sessions.js'

const ISSUER = 'token-service'
const ACCESS_SECONDS = 12 * 3600
const REFRESH_SECONDS = 24 * 3600
const NO_TOKEN = 'Invalid or expired token'

function answers (status, properties) {
  return { response: { [status]: { type: 'object', properties } } }
}

const TEXT = { type: 'string' }

export async function buildApp ({ databaseUrl, serviceSecret, algorithm, keyFile, verifyCache }) {
  const app = Fastify({ logger: false, bodyLimit: 16384, routerOptions: { ignoreTrailingSlash: true } })
  const sessions = new Sessions(databaseUrl)
  const key = readFileSync(keyFile)
  await app.register(formbody)
  await app.register(jwt, {
    secret: algorithm === 'RS256'
      ? { private: key, public: createPublicKey(key).export({ type: 'spki', format: 'pem' }) }
      : key,
    sign: { algorithm, iss: ISSUER },
    verify: { algorithms: [algorithm], allowedIss: ISSUER, cache: verifyCache }
  })

  app.addHook('onSend', async (request, reply) => {
    reply.header('Cache-Control', 'no-store')
    reply.header('X-Content-Type-Options', 'nosniff')
    reply.header('X-Request-ID', request.headers['x-request-id'] ?? request.id)
  })

  const expectedSecret = Buffer.from(serviceSecret)
  function hasServiceSecret (request) {
    const sent = Buffer.from(request.headers['x-service-secret'] ?? '')
    return sent.length === expectedSecret.length && timingSafeEqual(sent, expectedSecret)
  }

  function sign (type, userId, sessionId, expiresAt) {
    return app.jwt.sign({
      token_type: type, user_id: Number(userId), sub: String(userId), sid: sessionId, jti: randomUUID(), exp: expiresAt
    })
  }

  // The claims of a good token of that type, else null.
  function claimsOf (type, token) {
    try {
      const claims = app.jwt.verify(token)
      return claims.token_type === type ? claims : null
    } catch {
      return null
    }
  }

  function refuse (reply, status, error) {
    reply.code(status)
    return { error }
  }

  const tokens = answers(201, { id: {}, refresh: TEXT, access: TEXT })
  app.post('/auth/token/gen-tokens', { schema: tokens }, async (request, reply) => {
    if (!hasServiceSecret(request)) return refuse(reply, 401, 'Unauthorized request')
    const { id, username } = request.body
    if (!id || !username) return refuse(reply, 400, 'Username and id are required')
    const now = Math.floor(Date.now() / 1000)
    const sessionId = randomUUID()
    const refresh = sign('refresh', id, sessionId, now + REFRESH_SECONDS)
    const access = sign('access', id, sessionId, now + ACCESS_SECONDS)
    await sessions.create(id, sessionId, username, now + REFRESH_SECONDS)
    reply.code(201)
    return { id, refresh, access }
  })

  app.post('/auth/token/refresh', { schema: answers(200, { access: TEXT }) }, async (request, reply) => {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ')
    if (scheme.toLowerCase() !== 'bearer' || !token) return refuse(reply, 400, 'Refresh token is required')
    if (!request.body.id) return refuse(reply, 400, 'User id is required')
    const claims = claimsOf('refresh', token)
    if (!claims || claims.sub !== String(request.body.id)) return refuse(reply, 401, NO_TOKEN)
    if (!await sessions.isLive(claims.sub, claims.sid)) {
      return await sessions.hasLive(claims.sub)
        ? refuse(reply, 401, NO_TOKEN)
        : refuse(reply, 404, 'User not found')
    }
    const now = Math.floor(Date.now() / 1000)
    return { access: sign('access', claims.sub, claims.sid, Math.min(now + ACCESS_SECONDS, claims.exp)) }
  })

  const valid = answers(200, { access_token: TEXT })
  app.post('/auth/token/validate-token', { schema: valid }, async (request, reply) => {
    const { id, access, is_frontend: frontend } = request.body
    if (!frontend && !hasServiceSecret(request)) return refuse(reply, 401, 'Unauthorized request')
    const claims = access ? claimsOf('access', access) : null
    if (!claims) return refuse(reply, 401, NO_TOKEN)
    if (claims.sub !== String(id) || !await sessions.isLive(claims.sub, claims.sid)) {
      return refuse(reply, 401, 'token mismatch')
    }
    return { access_token: 'Valid token' }
  })

  const loggedOut = answers(200, { detail: TEXT })
  app.post('/auth/token/invalidate-tokens', { schema: loggedOut }, async (request, reply) => {
    const { id, access, is_frontend: frontend } = request.body
    const trusted = hasServiceSecret(request)
    if (!frontend && !trusted) return refuse(reply, 401, 'Unauthorized request')
    if (!id || !access) return refuse(reply, 400, 'Access token and id are required')
    const claims = claimsOf('access', access)
    if (!claims) return refuse(reply, 401, NO_TOKEN)
    if (!trusted) {
      if (claims.sub !== String(id)) return refuse(reply, 401, 'token mismatch')
      if (!await sessions.isLive(id, claims.sid) && await sessions.hasLive(id)) {
        return refuse(reply, 401, 'token mismatch')
      }
    }
    if (!await sessions.endAll(id)) return refuse(reply, 401, 'User has not logged in yet')
    return { detail: 'User logged out' }
  })

  app.get('/health/ready', { schema: answers(200, { status: TEXT }) }, async () => {
    await sessions.pool.query('SELECT 1')
    return { status: 'ready' }
  })

  return app
}
