import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { EverportError } from '../../base/errors.ts'
import type { Endpoint } from '../../base/network.ts'
import type { ClientFile, FlightPort } from '../client-file.ts'

export const protocols = ['postgres', 'flight'] as const
export type SqlProtocol = (typeof protocols)[number]

export const formats = ['table', 'csv', 'json'] as const
export type OutputFormat = (typeof formats)[number]

export interface SqlOptions {
  readonly help: boolean
  readonly stateDir: string
  readonly statements: string | undefined
  readonly file: string | undefined
  readonly format: OutputFormat
  readonly nullText: string
  readonly expanded: boolean
  readonly protocol: SqlProtocol
  /** PEM file with the authority of the servers' certificates. */
  readonly authorityFile: string | undefined
  readonly name: string | undefined
  readonly port: number | undefined
  readonly user: string | undefined
  readonly database: string | undefined
}

export const defaultStateDir = '.everport'

export const sqlHelp = `everport sql [NAME] [options]

SQL against a running Everport. NAME is a name in its DNS or an IP address;
without one, the failover name, which leads to the active cluster. Starts a
shell; with -c, -f or piped input it runs the statements and ends.

  -c, --command SQL  run these statements, one or several
  -f, --file FILE    run the statements of a file (- is standard input)
  --format FORMAT    table, csv or json (default table); csv and json write one
                     document for each result
  --null TEXT        what NULL looks like in a table (default nothing)
  -x, --expanded     one line a column instead of one line a row
  --state DIR        folder of the Everport to talk to (default ${defaultStateDir})
  --protocol NAME    postgres or flight (default postgres): Arrow Flight SQL on
                     the runtime port, where every statement is by itself:
                     without BEGIN, SET, cursors and COPY
  --ca FILE          with --protocol flight: TLS, with a server whose certificate
                     is of this authority (default what the state folder says)
  --host HOST        another way to give NAME
  --port PORT, --user USER, --database NAME
                     instead of what the state folder says; the password of
                     another user is read from EVERPORT_PASSWORD or PGPASSWORD

When the node that answers dies, another one is asked: a statement that only
reads and has shown nothing yet runs again by itself, once.

Exit code: 0; 1 after an SQL error; 2 when called wrongly or nobody answers.
`

/** Wrong arguments are an EverportError 'invalid_input' that says what was expected. */
export function parseSqlOptions(args: readonly string[]): SqlOptions {
  const { values, positionals } = parse(args)
  if (positionals.length > 1) throw usage(`expected one NAME, found ${positionals.join(' ')}`)
  if (values.host !== undefined && positionals.length > 0)
    throw usage('NAME and --host say the same: give one of them')
  if (values.command !== undefined && values.file !== undefined) throw usage('-c and -f cannot go together')
  const protocol = parseProtocol(values.protocol ?? 'postgres')
  if (values.ca !== undefined && protocol !== 'flight') throw usage('--ca goes with --protocol flight only')
  return {
    help: values.help === true,
    stateDir: values.state ?? defaultStateDir,
    statements: values.command,
    file: values.file,
    format: parseFormat(values.format ?? 'table'),
    protocol,
    authorityFile: values.ca,
    nullText: values.null ?? '',
    expanded: values.expanded === true,
    name: positionals[0] ?? values.host,
    port: values.port === undefined ? undefined : parsePort(values.port),
    user: values.user,
    database: values.database,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        state: { type: 'string' },
        command: { type: 'string', short: 'c' },
        file: { type: 'string', short: 'f' },
        format: { type: 'string' },
        protocol: { type: 'string' },
        ca: { type: 'string' },
        null: { type: 'string' },
        expanded: { type: 'boolean', short: 'x' },
        host: { type: 'string' },
        port: { type: 'string' },
        user: { type: 'string' },
        database: { type: 'string' },
      },
    })
  } catch (error) {
    throw usage(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error))
  }
}

export function parseFormat(text: string): OutputFormat {
  const format = formats.find(known => known === text)
  if (format === undefined) throw usage(`expected the format ${formats.join(', ')}; found ${text}`)
  return format
}

function parseProtocol(text: string): SqlProtocol {
  const protocol = protocols.find(known => known === text)
  if (protocol === undefined) throw usage(`expected the protocol ${protocols.join(' or ')}; found ${text}`)
  return protocol
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw usage(`--port: expected 1 … 65535, found ${text}`)
  return port
}

function usage(message: string): EverportError {
  return new EverportError('invalid_input', message, { hint: 'everport sql --help' })
}

/** Whom to ask, and as whom. */
export interface Destination {
  readonly name: string
  readonly port: number
  /** Undefined: names cannot be resolved, only addresses used. */
  readonly dns: readonly Endpoint[] | undefined
  readonly user: string
  readonly password: string
  readonly database: string
  /** Undefined: the PostgreSQL protocol. */
  readonly flight: FlightTarget | undefined
}

export interface FlightTarget {
  readonly isTls: boolean
  /** Undefined: the authorities that Node.js trusts. */
  readonly authorityFile: string | undefined
}

/** What was asked for on the command line, completed from the state folder's file. Enough of the former makes the latter needless. */
export function destination(
  options: SqlOptions,
  file: ClientFile | undefined,
  password: string | undefined,
): Destination {
  const name = options.name ?? file?.name
  const isFlight = options.protocol === 'flight'
  const port = options.port ?? (isFlight ? (file?.flight?.port ?? flightPortDefault) : file?.port)
  const user = options.user ?? file?.user
  const database = options.database ?? file?.database
  if (name === undefined || port === undefined || user === undefined || database === undefined) {
    throw new EverportError('not_found', 'no Everport runs here', {
      detail: `${resolve(options.stateDir, 'client.json')}, which says how to reach it, does not exist.`,
      hint: 'start one with npm start, or name its folder with --state DIR',
    })
  }
  // The file's password is its user's; another user needs their own.
  const filePassword = options.user === undefined || options.user === file?.user ? file?.password : undefined
  return {
    name,
    port,
    dns: file?.dns,
    user,
    password: password ?? filePassword ?? '',
    database,
    flight: isFlight ? flightTarget(options, file?.flight) : undefined,
  }
}

/** The port that clients of data-virtualization servers know. */
const flightPortDefault = 9_999

function flightTarget({ authorityFile }: SqlOptions, file: FlightPort | undefined): FlightTarget {
  if (authorityFile !== undefined) return { isTls: true, authorityFile }
  return { isTls: file?.isTls === true, authorityFile: file?.authorityFile }
}
