import { createReadStream, readFileSync } from 'node:fs'
import { Readable, type Writable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import { formatEndpoint, type Network } from '../base/network.ts'
import type { Random } from '../base/random.ts'
import { systemClock } from '../io/clock.ts'
import { systemNetwork } from '../io/network.ts'
import { systemRandom } from '../io/random.ts'
import { connectByName, firstToAnswer, type ResolveName } from '../sql/client/connect-by-name.ts'
import { everportNames } from '../sql/client/resolve-name.ts'
import { readClientFile } from './client-file.ts'
import { Executor, errorText, type Outcome } from './sql/executor.ts'
import { historyFile, openHistory } from './sql/history.ts'
import {
  type Destination,
  destination,
  type FlightTarget,
  parseSqlOptions,
  type SqlOptions,
  sqlHelp,
} from './sql/options.ts'
import { streamOutput } from './sql/output.ts'
import { overPostgres } from './sql/over-postgres.ts'
import { runScript } from './sql/script.ts'
import { runShell } from './sql/shell.ts'
import { type OpenConnection, SqlSession } from './sql/sql-session.ts'

/** All that the command touches outside of itself. */
export interface SqlIo {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
}

/** Of one address; then the next one is tried. */
const attemptTimeoutMs = 3000
/** A cluster that is just failing over gets this long before the first connection counts as failed. */
const connectPatienceMs = 2000
/** Somebody who looks at a shell can end the waiting; a script cannot. */
const reconnectForMs = { shell: 30_000, script: 10_000 } as const

const exitCodes: Readonly<Record<Outcome, number>> = { done: 0, quit: 0, refused: 1, disconnected: 2 }

/** `everport sql`; see `sqlHelp`. The exit code. */
export function sqlCommand(args: string[]): Promise<number> {
  return runSql(args, {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    network: systemNetwork,
    clock: systemClock,
    random: systemRandom(),
  })
}

/** As `sqlCommand`, in a world that is given. Rejects with EverportError when called wrongly. */
export async function runSql(args: readonly string[], io: SqlIo): Promise<number> {
  const options = parseSqlOptions(args)
  if (options.help) {
    io.stdout.write(sqlHelp)
    return 0
  }
  const { EVERPORT_PASSWORD, PGPASSWORD } = io.environment as {
    EVERPORT_PASSWORD?: string
    PGPASSWORD?: string
  }
  const to = destination(options, readClientFile(options.stateDir), EVERPORT_PASSWORD ?? PGPASSWORD)
  const script = await openScript(options, io)
  const session = openSession(to, io, script === undefined ? reconnectForMs.shell : reconnectForMs.script)
  try {
    await session.connectWithin(connectPatienceMs)
  } catch (error) {
    const text = errorText(error, undefined)
    io.stderr.write(text)
    if (to.password === '' && text.includes('authentication failed'))
      io.stderr.write(
        `  no password was given for ${to.user}; try: EVERPORT_PASSWORD=… everport sql --user ${to.user}\n`,
      )
    return exitCodes.disconnected
  }
  try {
    return await converse(options, to, io, session, script)
  } finally {
    session.close()
  }
}

async function converse(
  options: SqlOptions,
  to: Destination,
  io: SqlIo,
  session: SqlSession,
  script: Readable | undefined,
): Promise<number> {
  const tell = (text: string): void => void io.stderr.write(text)
  const executor = new Executor({
    session,
    output: streamOutput(io.stdout),
    tell,
    clock: io.clock,
    destination: to,
    style: options,
    timing: script === undefined,
  })
  if (script !== undefined) {
    const isNumbered = options.statements === undefined
    const outcome = await runScript(script, executor, isNumbered ? tell : () => undefined)
    script.destroy()
    return exitCodes[outcome]
  }
  io.stdout.write(welcome(to, session))
  const history = openHistory(historyFile(io.environment))
  const screen = io.stdout.isTTY === true ? io.stdout : io.stderr
  await runShell({ input: io.stdin, screen, session, executor, history, tell, database: to.database })
  return 0
}

/** What to run without asking; undefined for a shell. */
async function openScript(options: SqlOptions, io: SqlIo): Promise<Readable | undefined> {
  if (options.statements !== undefined) return Readable.from([options.statements])
  if (options.file === '-') return io.stdin
  if (options.file !== undefined) return openFile(options.file)
  return io.stdin.isTTY === true ? undefined : io.stdin
}

function openFile(path: string): Promise<Readable> {
  const stream = createReadStream(path)
  return new Promise((resolve, reject) => {
    // A folder opens like a file, and only reading it fails.
    stream.once('readable', () => resolve(stream))
    stream.once('end', () => resolve(stream))
    stream.once('error', error => {
      const reason = (error as NodeJS.ErrnoException).code ?? error.message
      reject(
        new EverportError('file_error', `cannot read ${path}: ${reason}`, {
          hint: 'name a file of statements that end with ;',
          cause: error,
        }),
      )
    })
  })
}

function openSession(to: Destination, io: SqlIo, giveUpAfterMs: number): SqlSession {
  const { clock, random } = io
  return new SqlSession({
    clock,
    random,
    say: line => void io.stderr.write(`${line}\n`),
    reconnectForMs: giveUpAfterMs,
    open: to.flight === undefined ? openPostgres(to, io) : openFlight(to, to.flight, io),
  })
}

function openPostgres(to: Destination, io: SqlIo): OpenConnection {
  const { network, clock, random } = io
  const ports = { network, clock, random, resolve: namesOf(to, io) }
  const options = { ...to, ...ports, applicationName: 'everport sql', attemptTimeoutMs }
  return async (onLost, onNotice) => overPostgres(await connectByName({ ...options, onLost, onNotice }))
}

function openFlight(to: Destination, { isTls, authorityFile }: FlightTarget, io: SqlIo): OpenConnection {
  const resolve = namesOf(to, io)
  const { name, user, password } = to
  const ca = authorityFile === undefined ? {} : { ca: readAuthority(authorityFile) }
  const options = {
    name,
    user,
    password,
    resolve,
    timeoutMs: attemptTimeoutMs,
    ...(isTls ? { tls: ca } : {}),
  }
  return async () => {
    // Its libraries take a while to load, and only who asks for them waits.
    const { connectFlight } = await import('./sql/over-flight.ts')
    return await firstToAnswer({ ...to, random: io.random, resolve }, endpoint =>
      connectFlight({ ...options, endpoint }),
    )
  }
}

function namesOf(to: Destination, io: SqlIo): ResolveName {
  return to.dns === undefined ? noNames : everportNames(io, to.dns)
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new EverportError('file_error', `cannot read ${path}: ${reason}`, {
      hint: 'name the authority’s certificate, a PEM file, with --ca FILE',
      cause: error,
    })
  }
}

function noNames(name: string): Promise<never> {
  return Promise.reject(
    new EverportError('not_found', `cannot resolve ${name} without the state folder of an Everport`, {
      hint: 'name an IP address, or the folder with --state DIR',
    }),
  )
}

function welcome(to: Destination, session: SqlSession): string {
  const at = session.connection === undefined ? '' : ` (${formatEndpoint(session.connection.at)})`
  const node = session.nodeName === undefined ? '' : `, node ${session.nodeName}`
  return `Connected to ${to.name}${at}${node}. End statements with ;  \\? shows help, \\q quits.\n`
}
