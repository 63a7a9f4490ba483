// The sessions table. Every statement has a name, so that each connection prepares it once.

import pg from 'pg'

const MAX_PER_USER = 10

export async function createTable (databaseUrl) {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  await client.query(`
    CREATE TABLE IF NOT EXISTS sessions (
      user_id bigint NOT NULL,
      id uuid NOT NULL,
      username text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, id)
    )`)
  await client.end()
}

// One round trip: what a log-in beyond the limit ends, and the session itself.
const CREATE = {
  name: 'create',
  text: `
    WITH ended AS (
      DELETE FROM sessions WHERE user_id = $1 AND id IN (
        SELECT id FROM sessions WHERE user_id = $1
        ORDER BY created_at DESC, id DESC OFFSET ${MAX_PER_USER - 1}))
    INSERT INTO sessions (user_id, id, username, expires_at)
    VALUES ($1, $2, $3, to_timestamp($4))`
}

const IS_LIVE = {
  name: 'is_live',
  text: 'SELECT 1 FROM sessions WHERE user_id = $1 AND id = $2 AND expires_at > now()'
}

const HAS_LIVE = {
  name: 'has_live',
  text: 'SELECT 1 FROM sessions WHERE user_id = $1 AND expires_at > now() LIMIT 1'
}

const END_ALL = {
  name: 'end_all',
  text: 'DELETE FROM sessions WHERE user_id = $1 RETURNING expires_at > now() AS live'
}

export class Sessions {
  constructor (databaseUrl) {
    this.pool = new pg.Pool({ connectionString: databaseUrl })
  }

  create (userId, id, username, expiresAt) {
    return this.pool.query({ ...CREATE, values: [userId, id, username, expiresAt] })
  }

  async isLive (userId, id) {
    const result = await this.pool.query({ ...IS_LIVE, values: [userId, id] })
    return result.rowCount > 0
  }

  async hasLive (userId) {
    const result = await this.pool.query({ ...HAS_LIVE, values: [userId] })
    return result.rowCount > 0
  }

  // Whether there was one.
  async endAll (userId) {
    const result = await this.pool.query({ ...END_ALL, values: [userId] })
    return result.rows.some(row => row.live)
  }
}
