import type { PreparedStatement as RawStatement } from '@duckdb/node-bindings'
import type { Clock } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import { knownAnswer, remembered } from './constant-answer.ts'
import { duckdbError } from './duckdb-error.ts'
import type {
  Execution,
  ParameterValue,
  PreparedStatement,
  ResultFormats,
  RowsWanted,
  StatementRights,
  StatementUse,
} from './engine.ts'
import type { EngineConnection, Reading } from './engine-connection.ts'
import type { SeenFile } from './file-stamp.ts'
import type { Instance } from './instance.ts'
import type { Claim, Place } from './places.ts'
import { type BoundStatement, makeReady, prepareOn, type StatementFacts } from './prepare-statement.ts'
import { changedResultError } from './result-shape.ts'
import type { Work } from './work.ts'

/** What a session does for its statements. */
export interface StatementHost {
  readonly rights: StatementRights | undefined
  readonly clock: Clock
  /** A connection that no execution has: anywhere, or at a place. */
  acquire(place?: Place, reads?: Reading, text?: string): EngineConnection | Promise<EngineConnection>
  use(connection: EngineConnection): EngineConnection | Promise<EngineConnection>
  release(connection: EngineConnection): void
  /** The right to run, `home` preferred, until as many `leave`. */
  enter(home: Instance | undefined, alone: boolean): Claim | Promise<Claim>
  leave(): void
  /** Another of the session's queries is open. */
  isRunning(): boolean
  startWork(): Work
  endWork(work: Work): void
  bind(
    work: Work,
    connection: EngineConnection,
    source: string,
    oids: readonly number[],
  ): Promise<BoundStatement>
  begin(run: StatementRun): Promise<Execution>
  rejected(error: unknown, source: string): EverportError
  /** What must have settled before a connection may go. */
  track<T>(promise: Promise<T>): Promise<T>
}

/** One execution that begins. */
export interface StatementRun {
  readonly facts: StatementFacts
  /** Undefined: it is bound as it runs. */
  readonly raw: RawStatement | undefined
  readonly connection: EngineConnection
  readonly work: Work
  readonly parameters: readonly ParameterValue[]
  readonly formats: ResultFormats
  readonly wanted: RowsWanted
  /** Its statement is no longer needed. */
  readonly ended: () => void
}

/** The statement of one run: at home, or taken for this run alone. */
interface Lease {
  readonly raw: RawStatement | undefined
  /** When the run is over, or does not begin. */
  readonly ended: () => void
}

/** One way to run a statement, after others have failed. */
interface Attempt {
  readonly parameters: readonly ParameterValue[]
  readonly formats: ResultFormats
  readonly wanted: RowsWanted
  readonly alone: boolean
  /** Undefined: copies of files where they hold. */
  readonly reads?: 'files'
}

/** Where a statement is prepared. */
interface Home {
  readonly raw: RawStatement
  readonly connection: EngineConnection
}

const nothing = (): void => undefined

/**
 * A prepared statement of a session. It is prepared at a home and moves to where the session runs; or, known by its facts alone, it has none: each run then binds its
 * text.
 */
export function openStatement(
  host: StatementHost,
  first: { readonly facts: StatementFacts; readonly home: Home | undefined },
  purpose: StatementUse,
): PreparedStatement {
  let { facts, home } = first
  let isClosed = false
  let version = host.rights?.version()

  async function execute(
    parameters: readonly ParameterValue[],
    formats: ResultFormats,
    wanted: RowsWanted,
  ): Promise<Execution> {
    if (isClosed) throw new EverportError('undefined_statement', 'the prepared statement is closed')
    const isBound = !facts.isOfThisMoment && host.rights?.version() === version
    const answer = isBound ? knownAnswer(facts, formats, host.clock, wanted) : undefined
    if (answer !== undefined) return answer
    const work = host.startWork()
    try {
      if (!isBound) await renew(work)
      const execution = await run(work, { parameters, formats, wanted, alone: false })
      return remembered(facts, formats, host.clock, execution)
    } catch (error) {
      host.endWork(work)
      throw host.rejected(error, facts.source)
    }
  }

  /** In the memory that others left it, a statement may not have had all that is its own: then it is run once more, alone. */
  async function run(work: Work, attempt: Attempt): Promise<Execution> {
    const { alone } = attempt
    let connection: EngineConnection | undefined
    let claim: Claim | undefined
    let lease: Lease | undefined
    let held: readonly SeenFile[] | undefined
    try {
      claim = await host.enter(home?.connection.instance, alone)
      if (attempt.reads !== 'files' && facts.reach !== undefined)
        held = claim.place.instance.copies.hold(facts.reach)
      connection = await connectionAt(claim.place, held === undefined ? 'files' : 'copies')
      lease = await leaseAt(connection, work)
      const { raw, ended } = lease
      const { parameters, formats, wanted } = attempt
      const execution = await host.begin({ facts, raw, connection, work, parameters, formats, wanted, ended })
      if (held !== undefined) facts.confirmed = held
      return execution
    } catch (error) {
      lease?.ended()
      connection?.finish('rollback')
      if (connection !== undefined) host.release(connection)
      host.leave()
      // The files tell what is wrong, or that it was the copies alone.
      if (held !== undefined) return run(work, { ...attempt, reads: 'files' })
      if (home === undefined && saysOutdated(error)) {
        await renew(work)
        return run(work, attempt)
      }
      const isCrowded = !alone && claim?.isShared === true && !host.isRunning()
      if (!isCrowded || duckdbError(error, facts.text).code !== 'out_of_memory') throw error
    }
    return run(work, { ...attempt, alone: true })
  }

  function connectionAt(place: Place, reads: Reading): EngineConnection | Promise<EngineConnection> {
    const mine = home?.connection
    return mine !== undefined && !mine.busy && mine.instance === place.instance && mine.reads === reads
      ? host.use(mine)
      : host.acquire(place, reads, facts.text)
  }

  function leaseAt(connection: EngineConnection, work: Work): Lease | Promise<Lease> {
    if (home?.connection === connection) return { raw: home.raw, ended: nothing }
    if (home !== undefined) return prepareAt(connection, work)
    if (connection.reads !== 'copies') return filesLeaseAt(connection, work)
    const raw = connection.kept(facts.text)
    return raw === undefined ? keptLeaseAt(connection, work) : { raw, ended: nothing }
  }

  async function keptLeaseAt(connection: EngineConnection, work: Work): Promise<Lease> {
    const { text } = facts
    return { raw: connection.keep(text, await prepareOn(connection, work, text)), ended: nothing }
  }

  async function filesLeaseAt(connection: EngineConnection, work: Work): Promise<Lease> {
    if (facts.parameterTypeOids.length > 0) return prepareAt(connection, work)
    await makeReady(connection, facts.text)
    return { raw: undefined, ended: nothing }
  }

  /** The statement moves to where the session runs now; while a portal streams at its home, it is only lent. */
  async function prepareAt(connection: EngineConnection, work: Work): Promise<Lease> {
    const raw = await prepareOn(connection, work, facts.text)
    if (home === undefined || home.connection.busy) return { raw, ended: () => connection.destroy(raw) }
    moveTo({ raw, connection })
    return { raw, ended: nothing }
  }

  /** What was bound no longer holds, such as after a change of rights: it reads what its role may now, or is refused. */
  async function renew(work: Work): Promise<void> {
    const now = host.rights?.version()
    const connection = await host.acquire()
    try {
      const next = await host.bind(work, connection, facts.source, facts.parameterTypeOids)
      if (purpose !== 'atOnce' && !isSameResult(next.facts, facts)) {
        connection.destroy(next.raw)
        throw changedResultError()
      }
      moveTo({ raw: next.raw, connection })
      facts = next.facts
      statement.columns = facts.columns
      version = now
    } finally {
      host.release(connection)
    }
  }

  function moveTo(next: Home | undefined): void {
    const before = home
    home = next
    if (next !== undefined) next.connection.statements++
    if (before === undefined) return
    before.connection.destroy(before.raw)
    before.connection.statements--
    if (!before.connection.busy) host.release(before.connection)
  }

  const { parameterTypeOids, columns, commandTag } = facts
  // No accessors in what is made for every query: each would be defined anew, at a microsecond or two.
  const statement = {
    parameterTypeOids,
    columns,
    commandTag,
    execute: (
      parameters: readonly ParameterValue[],
      formats: ResultFormats,
      wanted: RowsWanted = 'asked',
    ): Promise<Execution> => host.track(execute(parameters, formats, wanted)),
    close(): void {
      isClosed = true
      if (home !== undefined) moveTo(undefined)
    },
  }
  return statement
}

/** Something that the facts speak of is another one by now: files may have changed. */
function saysOutdated(error: unknown): boolean {
  if (error instanceof EverportError) return error.code === changedResultError().code
  return error instanceof Error && /^(Parser|Binder|Catalog) Error/.test(error.message)
}

function isSameResult(one: StatementFacts, other: StatementFacts): boolean {
  return (
    one.columns.length === other.columns.length &&
    one.columns.every(
      ({ name, typeOid }, i) => name === other.columns[i]?.name && typeOid === other.columns[i]?.typeOid,
    )
  )
}
