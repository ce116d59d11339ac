import { pbkdf2 } from 'node:crypto'
import { type DeriveKey, rememberingKeys } from '../auth/scram-client.ts'

/**
 * PBKDF2 on the thread pool, each key once a process: the nodes of an Everport share their verifiers, so clients that come back
 * all at once after a failover wait for one derivation, not for one each.
 */
export const deriveKeyOnce: DeriveKey = rememberingKeys(
  (password, salt, iterations) =>
    new Promise((resolve, reject) => {
      pbkdf2(password, salt, iterations, 32, 'sha256', (error, key) =>
        error === null ? resolve(key) : reject(error),
      )
    }),
)
