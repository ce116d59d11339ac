import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { tlsFolder } from '../io/local-authority.ts'
import { writePrivate } from '../io/private-files.ts'
import { type RoleDocument, roleKey } from '../resources/access.ts'
import { createVerifier, defaultSaltBytes, parseVerifier } from '../sql/auth/scram-verifier.ts'
import type { Store } from '../store/store.ts'
import { isFlightTls } from '../topology/tls-rules.ts'
import type { Topology } from '../topology/topology.ts'
import { type ClientFile, clientFileName, type FlightPort, readClientFile } from './client-file.ts'

const defaultUser = 'everport'
const passwordBytes = 18

/**
 * Makes sure that somebody can log in: a user with a generated password, whose verifier is in the store and whose password is only
 * in `client.json` (and `pgpass`, for psql), readable by their owner alone. A lost or damaged file gets a new password.
 */
export async function ensureAccess(store: Store, stateDir: string, topology: Topology): Promise<ClientFile> {
  const verifier = store.read().get<RoleDocument>(roleKey(defaultUser))?.value.verifier
  const known = passwordThatFits(verifier, stateDir)
  const file: ClientFile = {
    dns: topology.dns.addresses.map(address => ({ address, port: topology.dns.port })),
    name: topology.failoverName,
    port: topology.ports.odbc,
    user: defaultUser,
    password: known ?? randomBytes(passwordBytes).toString('base64url'),
    database: topology.database,
    flight: flightPort(topology, stateDir),
  }
  writePrivate(join(stateDir, clientFileName), `${JSON.stringify(file, null, 2)}\n`)
  writePrivate(join(stateDir, 'pgpass'), `*:${file.port}:${file.database}:${file.user}:${file.password}\n`)
  if (known === undefined) {
    const document: RoleDocument = {
      name: defaultUser,
      isSuperuser: true,
      verifier: createVerifier(file.password, randomBytes(defaultSaltBytes)),
    }
    await store.commit([], [{ key: roleKey(defaultUser), value: document }])
  }
  return file
}

function flightPort({ ports, tls }: Topology, stateDir: string): FlightPort {
  const isTls = isFlightTls(tls)
  const authorityFile =
    isTls && tls.certificate === undefined
      ? { authorityFile: resolve(tlsFolder(stateDir).authorityFile) }
      : {}
  return { port: ports.runtime, isTls, ...authorityFile }
}

function passwordThatFits(verifier: string | undefined, stateDir: string): string | undefined {
  const parsed = verifier === undefined ? undefined : parseVerifier(verifier)
  const password = fileOrNothing(stateDir)?.password
  if (parsed === undefined || password === undefined) return undefined
  return createVerifier(password, parsed.salt, parsed.iterations) === verifier ? password : undefined
}

function fileOrNothing(stateDir: string): ClientFile | undefined {
  try {
    return readClientFile(stateDir)
  } catch {
    return undefined
  }
}
