import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { EverportError } from '../base/errors.ts'
import type { Endpoint } from '../base/network.ts'

/** `<state folder>/client.json`, mode 0600: all that a client on this machine needs to log in. */
export interface ClientFile {
  /** Everport's own DNS servers: one that does not answer is passed over. */
  readonly dns: readonly Endpoint[]
  /** The failover name, for example `data.demo.test`. */
  readonly name: string
  /** PostgreSQL wire protocol. */
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** Undefined in files of earlier versions. */
  readonly flight?: FlightPort
}

/** Arrow Flight SQL on the runtime port. */
export interface FlightPort {
  readonly port: number
  readonly isTls: boolean
  /** PEM: the authority of the nodes' certificates; undefined when they are not of ours. */
  readonly authorityFile?: string
}

export const clientFileName = 'client.json'

/** Undefined when there is none; an EverportError when there is one that cannot be used. */
export function readClientFile(stateDir: string): ClientFile | undefined {
  const path = join(resolve(stateDir), clientFileName)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new EverportError('file_error', `cannot read ${path}: ${code ?? 'unknown reason'}`, {
      hint: 'run as the user who started Everport, or name another folder with --state DIR',
      cause: error,
    })
  }
  const file = parseClientFile(text)
  if (typeof file !== 'string') return file
  throw new EverportError('file_error', `${path} is damaged: ${file}`, {
    hint: 'a restart of Everport writes it anew',
  })
}

/** The file's content, or what is wrong with it. */
function parseClientFile(text: string): ClientFile | string {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    return 'expected JSON'
  }
  if (!isRecord(content)) return 'expected an object'
  const { dns, name, port, user, password, database, flight } = content
  if (!Array.isArray(dns) || dns.length === 0) return 'expected "dns" to be a list of servers'
  const servers = dns.filter(isEndpoint)
  if (servers.length < dns.length) return 'expected each of "dns" to have an address and a port'
  if (!isPort(port)) return 'expected "port" to be a port number'
  if (typeof name !== 'string') return 'expected "name" to be a text'
  if (typeof user !== 'string') return 'expected "user" to be a text'
  if (typeof password !== 'string') return 'expected "password" to be a text'
  if (typeof database !== 'string') return 'expected "database" to be a text'
  const client = { dns: servers, name, port, user, password, database }
  if (flight === undefined) return client
  return isFlightPort(flight) ? { ...client, flight } : 'expected "flight" to have "port" and "isTls"'
}

function isEndpoint(value: unknown): value is Endpoint {
  return isRecord(value) && typeof value['address'] === 'string' && isPort(value['port'])
}

function isFlightPort(value: unknown): value is FlightPort {
  if (!isRecord(value)) return false
  const { port, isTls, authorityFile } = value
  return isPort(port) && typeof isTls === 'boolean' && ['undefined', 'string'].includes(typeof authorityFile)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535
}
