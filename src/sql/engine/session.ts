import type { PreparedStatement as RawStatement } from '@duckdb/node-bindings'
import type { CallThreads } from '../../base/call-threads.ts'
import type { Clock } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import { createArrowEncoder } from './arrow/arrow-encoder.ts'
import type { ChunkEncoder } from './chunk-encoder.ts'
import { duckdbError } from './duckdb-error.ts'
import type {
  EngineSession,
  Execution,
  Format,
  PreparedStatement,
  QueryMemoryBounds,
  ResultFormats,
  StatementRights,
  StatementUse,
} from './engine.ts'
import type { EngineConnection, Reading } from './engine-connection.ts'
import { startExecution } from './execution.ts'
import { isUnchanged } from './file-stamp.ts'
import type { Instance } from './instance.ts'
import type { KnownStatements } from './known-statements.ts'
import { bindParameters, isParameterType } from './parameters.ts'
import type { Claim, Place, Places } from './places.ts'
import { prepareStatement, type StatementFacts } from './prepare-statement.ts'
import { createRowEncoder } from './row-encoder.ts'
import { openStatement, type StatementHost, type StatementRun } from './session-statement.ts'
import { isSmall } from './small-result.ts'
import { startWork, type Work } from './work.ts'

interface Held {
  readonly claim: Claim | Promise<Claim>
  users: number
}

/** Open portals of one client, each of which needs a connection of its own while it is not read to its end. */
const connectionsMax = 16

export interface SessionContext {
  readonly user: string
  /** Everything may be read without it. */
  readonly rights?: StatementRights
  readonly changedSettings?: () => ReadonlyMap<string, string>
  readonly places: Places
  readonly statements: KnownStatements
  /** Of one query. */
  readonly bounds: () => QueryMemoryBounds
  readonly clock: Clock
  readonly callThreads: CallThreads
  /** Told of errors that the client is only given in general words. */
  readonly failed: (error: unknown) => void
  readonly unknownCatalog: (what: string) => void
}

export function openEngineSession(context: SessionContext): EngineSession {
  const connections = new Set<EngineConnection>()
  const executions = new Set<Execution>()
  const running = new Set<Promise<unknown>>()
  let current: Work | undefined
  let closed = false
  /** Where its queries run, as long as one is open: all portals of a session share its bounds, and none waits for another. */
  let held: Held | undefined

  /** What must have settled before a connection may go. */
  const track = <T>(promise: Promise<T>): Promise<T> => {
    const settled = (): unknown => running.delete(promise)
    running.add(promise)
    promise.then(settled, settled)
    return promise
  }

  const enter = (home: Instance | undefined, alone: boolean): Claim | Promise<Claim> => {
    held ??= { claim: context.places.claim(context.bounds(), home, alone), users: 0 }
    held.users++
    return held.claim
  }
  const leave = (): void => {
    if (held === undefined || --held.users > 0) return
    const { claim } = held
    held = undefined
    if (!(claim instanceof Promise)) return claim.free()
    claim.then(
      late => late.free(),
      () => undefined,
    )
  }

  /** A connection that no execution has: anywhere, or at a place. */
  const acquire = (
    place?: Place,
    reads: Reading = 'files',
    text?: string,
  ): EngineConnection | Promise<EngineConnection> => {
    if (closed) throw new EverportError('admin_shutdown', 'the session is closed')
    for (const connection of connections) {
      const isThere = place === undefined || connection.instance === place.instance
      if (isThere && connection.reads === reads && !connection.busy) return use(connection)
    }
    if (connections.size >= connectionsMax) {
      throw new EverportError('limit_exceeded', `too many open portals: at most ${connectionsMax}`, {
        hint: 'read results to their end, or close them',
      })
    }
    const { places } = context
    const taken = place === undefined ? places.take(context.bounds()) : places.takeAt(place, reads, text)
    return taken instanceof Promise ? taken.then(useAlso) : useAlso(taken)
  }
  const useAlso = (connection: EngineConnection): EngineConnection | Promise<EngineConnection> => {
    connections.add(connection)
    return use(connection)
  }
  const use = (connection: EngineConnection): EngineConnection | Promise<EngineConnection> => {
    connection.busy = true
    return connection.isSettled ? connection : connection.settled().then(() => connection)
  }
  /** A connection goes back when nothing is prepared on it. */
  const release = (connection: EngineConnection): void => {
    connection.busy = false
    if (connection.statements === 0 && connections.delete(connection)) context.places.give(connection)
  }

  const rejected = (error: unknown, statement: string): EverportError => {
    const known = duckdbError(error, statement)
    if (known.code === 'internal') context.failed(error)
    return known
  }

  const bind: StatementHost['bind'] = async (work, connection, source, oids) => {
    const { user, rights, statements } = context
    // What is read by older rights is not kept for newer ones.
    const version = rights?.version()
    const bound = await prepareStatement(work, connection, source, oids, context)
    statements.keep(user, version, bound.facts, oids)
    return bound
  }

  /** Of a statement that was bound before. Its columns may have changed since, unless it reads nothing, or the same files. */
  const knownFacts = (
    source: string,
    oids: readonly number[],
    purpose: StatementUse,
  ): StatementFacts | undefined => {
    if (closed) return undefined
    const facts = context.statements.find(context.user, context.rights?.version(), source, oids)
    if (facts === undefined) return undefined
    const isForOnce = purpose === 'atOnce' && isSmall(facts) && facts.parameterTypeOids.length === 0
    const isSure = (): boolean => facts.isConstant || facts.confirmed?.every(isUnchanged) === true
    return isForOnce || isSure() ? facts : undefined
  }

  const prepare = (
    statement: string,
    oids: readonly number[],
    purpose: StatementUse = 'any',
  ): Promise<PreparedStatement> => {
    const asked = oids.map(knownOrUnset)
    const known = knownFacts(statement, asked, purpose)
    return known === undefined
      ? track(prepareAnew(statement, asked, purpose))
      : Promise.resolve(openStatement(host, { facts: known, home: undefined }, purpose))
  }

  const prepareAnew = async (
    statement: string,
    asked: readonly number[],
    purpose: StatementUse,
  ): Promise<PreparedStatement> => {
    const work = host.startWork()
    let connection: EngineConnection | undefined
    try {
      connection = await acquire()
      const { facts, raw } = await bind(work, connection, statement, asked)
      connection.statements++
      return openStatement(host, { facts, home: { raw, connection } }, purpose)
    } catch (error) {
      throw rejected(error, statement)
    } finally {
      host.endWork(work)
      if (connection !== undefined) release(connection)
    }
  }

  const begin = async (run: StatementRun): Promise<Execution> => {
    const { facts, raw, connection, work, parameters, formats, wanted } = run
    const rebind = (statement: RawStatement): void =>
      bindParameters(statement, facts.parameterTypeOids, parameters)
    if (raw !== undefined && facts.parameterTypeOids.length > 0) rebind(raw)
    let execution: Execution | undefined
    const started = await startExecution({
      facts,
      raw,
      connection,
      work,
      rows: chunkEncoder(facts, formats),
      rebind,
      clock: context.clock,
      rejected: error => rejected(error, facts.source),
      ended() {
        run.ended()
        host.endWork(work)
        if (execution !== undefined) executions.delete(execution)
        release(connection)
        leave()
      },
      reading() {
        current = work
      },
      wanted,
    })
    if (started.whole !== undefined) return started
    execution = started
    executions.add(execution)
    return execution
  }

  const host: StatementHost = {
    rights: context.rights,
    clock: context.clock,
    acquire,
    use,
    release,
    enter,
    leave,
    isRunning: () => held !== undefined,
    startWork() {
      current = startWork(context.clock, context.callThreads)
      return current
    },
    endWork(work) {
      if (current === work) current = undefined
    },
    bind,
    begin,
    rejected,
    track,
  }

  return {
    prepare,
    cancel: () => current?.cancel(),
    memoryBytes: () => track(Promise.resolve(held?.claim).then(claim => claim?.place.memoryBytes() ?? 0)),
    async close() {
      if (closed) return
      closed = true
      current?.cancel()
      await Promise.allSettled(running)
      await Promise.all([...executions].map(execution => execution.close()))
      await Promise.all([...connections].map(connection => connection.settled()))
      for (const connection of connections) context.places.drop(connection)
      connections.clear()
    },
  }
}

/** Types that we do not know are taken as text, which is how clients send what they do not know either. */
function knownOrUnset(oid: number): number {
  return isParameterType(oid) ? oid : 0
}

function chunkEncoder({ types, arrowColumns }: StatementFacts, formats: ResultFormats): ChunkEncoder {
  return formats === 'arrow'
    ? createArrowEncoder(arrowColumns())
    : createRowEncoder(types.map((type, i) => type.encoder(formatOf(formats, i))))
}

/** None: all text; one: for all columns; else one each (Bind message). */
function formatOf(formats: readonly Format[], column: number): Format {
  return (formats.length === 1 ? formats[0] : formats[column]) ?? 0
}
