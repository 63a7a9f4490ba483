// The four token endpoints as most would write them today: Fastify, @fastify/jwt and pg, one worker
// process for each processor. `./dev bench` compares the service with it.
//
// Environment: PORT, WORKERS, DATABASE_URL, SERVICE_SECRET, ALGORITHM (RS256 or HS256), KEY_FILE
// (an RSA private key, or the secret) and VERIFY_CACHE (on: @fastify/jwt remembers the last 1,000
// tokens that it verified; by default it does not).

import cluster from 'node:cluster'
import { createTable } from './sessions.js'
import { buildApp } from './app.js'

const settings = {
  databaseUrl: process.env.DATABASE_URL,
  serviceSecret: process.env.SERVICE_SECRET,
  algorithm: process.env.ALGORITHM,
  keyFile: process.env.KEY_FILE,
  verifyCache: process.env.VERIFY_CACHE === 'on'
}

if (cluster.isPrimary) {
  await createTable(settings.databaseUrl)
  for (let worker = 0; worker < Number(process.env.WORKERS); worker++) cluster.fork()
  cluster.on('exit', () => process.exit(1))
  process.on('SIGTERM', () => process.exit(0)) // the workers end with their channel
} else {
  const app = await buildApp(settings)
  await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT), backlog: 4096 })
}
