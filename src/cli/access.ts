import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RoleDocument, roleKey } from '../resources/access.ts'
import type { TopologySettings } from '../resources/topology-settings.ts'
import { createVerifier } from '../sql/auth/scram-verifier.ts'
import type { Store } from '../store/store.ts'
import type { ClientFile } from './client-file.ts'

const defaultUser = 'everport'
/** What PostgreSQL itself takes (scram_iterations). */
const scramIterations = 4096

/**
 * Makes sure that somebody can log in: a user with a generated password, whose verifier is in the store and whose password is only
 * in `client.json` (and `pgpass`, for psql), readable by their owner alone. Lost files get a new password.
 */
export async function ensureAccess(
  store: Store,
  stateDir: string,
  settings: TopologySettings,
): Promise<ClientFile> {
  const path = join(stateDir, 'client.json')
  const known = readClientFile(path)
  const role = store.read().get<RoleDocument>(roleKey(defaultUser))
  const password = role === undefined ? undefined : known?.password
  const file: ClientFile = {
    dns: { address: settings.dns.address, port: settings.dns.port },
    name: settings.failoverName,
    port: settings.ports.odbc,
    user: defaultUser,
    password: password ?? randomBytes(18).toString('base64url'),
    database: settings.database,
  }
  if (password === undefined) {
    const verifier = createVerifier(file.password, randomBytes(16), scramIterations)
    const document: RoleDocument = { name: defaultUser, verifier }
    await store.commit([], [{ key: roleKey(defaultUser), value: document }])
  }
  writePrivate(path, `${JSON.stringify(file, null, 2)}\n`)
  writePrivate(join(stateDir, 'pgpass'), `*:${file.port}:${file.database}:${file.user}:${file.password}\n`)
  return file
}

function readClientFile(path: string): ClientFile | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ClientFile
  } catch {
    return undefined
  }
}

/** Replaces the file in one step, so that a reader never sees half of it. */
function writePrivate(path: string, text: string): void {
  const temporary = `${path}.new`
  writeFileSync(temporary, text, { mode: 0o600 })
  renameSync(temporary, path)
}
