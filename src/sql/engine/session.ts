import type { PreparedStatement as RawStatement } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { Clock } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import { createArrowEncoder } from './arrow/arrow-encoder.ts'
import type { ChunkEncoder } from './chunk-encoder.ts'
import { duckdbError } from './duckdb-error.ts'
import type {
  EngineSession,
  Execution,
  Format,
  ParameterValue,
  PreparedStatement,
  QueryMemoryBounds,
  ResultFormats,
  StatementRights,
} from './engine.ts'
import type { EngineConnection } from './engine-connection.ts'
import { startExecution } from './execution.ts'
import { bindParameters, isParameterType } from './parameters.ts'
import type { Claim, Place, Places } from './places.ts'
import { type BoundStatement, prepareOn, prepareStatement } from './prepare-statement.ts'
import { createRowEncoder } from './row-encoder.ts'
import { startWork, type Work } from './work.ts'

interface Held {
  readonly claim: Promise<Claim>
  users: number
}

/** Open portals of one client, each of which needs a connection of its own while it is not read to its end. */
const connectionsMax = 16

export interface SessionContext {
  readonly user: string
  /** Everything may be read without it. */
  readonly rights?: StatementRights
  readonly places: Places
  /** Of one query. */
  readonly bounds: () => QueryMemoryBounds
  readonly clock: Clock
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
    const done = promise.catch(() => undefined).finally(() => running.delete(done))
    running.add(done)
    return promise
  }

  const enter = async (home: EngineConnection, alone: boolean): Promise<Claim> => {
    held ??= { claim: context.places.claim(context.bounds(), home.instance, alone), users: 0 }
    held.users++
    return held.claim
  }
  const leave = (): void => {
    if (held === undefined || --held.users > 0) return
    held.claim.then(
      claim => claim.free(),
      () => undefined,
    )
    held = undefined
  }

  /** A connection that no execution has: anywhere, or at a place. */
  const acquire = async (place?: Place): Promise<EngineConnection> => {
    if (closed) throw new EverportError('admin_shutdown', 'the session is closed')
    for (const connection of connections) {
      const fits = place === undefined || connection.instance === place.instance
      if (fits && !connection.busy) return use(connection)
    }
    if (connections.size >= connectionsMax) {
      throw new EverportError('limit_exceeded', `too many open portals: at most ${connectionsMax}`, {
        hint: 'read results to their end, or close them',
      })
    }
    const { places } = context
    const connection = await (place === undefined ? places.take(context.bounds()) : places.takeAt(place))
    connections.add(connection)
    return use(connection)
  }
  const use = async (connection: EngineConnection): Promise<EngineConnection> => {
    connection.busy = true
    await connection.settled()
    return connection
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

  const prepare = async (statement: string, oids: readonly number[]): Promise<PreparedStatement> => {
    const work = startWork(context.clock)
    current = work
    let connection: EngineConnection | undefined
    try {
      connection = await acquire()
      const bound = await prepareStatement(work, connection, statement, oids.map(knownOrUnset), context)
      connection.statements++
      return opened(bound, connection)
    } catch (error) {
      throw rejected(error, statement)
    } finally {
      if (current === work) current = undefined
      if (connection !== undefined) release(connection)
    }
  }

  const opened = (first: BoundStatement, firstHome: EngineConnection): PreparedStatement => {
    let bound = first
    let raw: RawStatement | undefined = bound.raw
    let home = firstHome
    let version = context.rights?.version()
    const { columns, parameterTypeOids, commandTag } = bound
    return {
      parameterTypeOids,
      columns,
      commandTag,
      execute: (parameters, formats) => track(execute(parameters, formats)),
      close() {
        if (raw === undefined) return
        duckdb.destroy_prepare_sync(raw)
        raw = undefined
        home.statements--
        if (!home.busy) release(home)
      },
    }
    async function execute(
      parameters: readonly ParameterValue[],
      formats: ResultFormats,
    ): Promise<Execution> {
      if (raw === undefined)
        throw new EverportError('undefined_statement', 'the prepared statement is closed')
      const work = startWork(context.clock)
      current = work
      try {
        if (bound.isOfThisMoment || context.rights?.version() !== version) await renew(work)
        return await run(work, parameters, formats, false)
      } catch (error) {
        if (current === work) current = undefined
        throw rejected(error, bound.source)
      }
    }
    /** In the memory that others left it, a statement may not have had all that is its own: then it is run once more, alone. */
    async function run(
      work: Work,
      parameters: readonly ParameterValue[],
      formats: ResultFormats,
      alone: boolean,
    ): Promise<Execution> {
      let connection: EngineConnection | undefined
      let claim: Claim | undefined
      /** Only for this run: what has not begun has to be destroyed here. */
      let lent: RawStatement | undefined
      try {
        claim = await enter(home, alone)
        const isAtHome = !home.busy && home.instance === claim.place.instance
        connection = isAtHome ? await use(home) : await acquire(claim.place)
        const { own, statement } = isAtHome
          ? { own: false, statement: raw as RawStatement }
          : await prepareAt(connection, work)
        if (own) lent = statement
        return await begin(bound, statement, own, connection, work, parameters, formats)
      } catch (error) {
        if (lent !== undefined) duckdb.destroy_prepare_sync(lent)
        connection?.finish('rollback')
        if (connection !== undefined) release(connection)
        leave()
        if (
          alone ||
          claim?.isShared !== true ||
          held !== undefined ||
          duckdbError(error, bound.text).code !== 'out_of_memory'
        )
          throw error
      }
      return run(work, parameters, formats, true)
    }
    /** Rights have changed since it was prepared: it reads what its role may now, or is refused. */
    async function renew(work: Work): Promise<void> {
      const now = context.rights?.version()
      const connection = await acquire()
      try {
        const next = await prepareStatement(work, connection, bound.source, parameterTypeOids, context)
        if (!isSameResult(next, bound)) {
          duckdb.destroy_prepare_sync(next.raw)
          throw new EverportError('feature_not_supported', 'cached plan must not change result type')
        }
        if (raw !== undefined) duckdb.destroy_prepare_sync(raw)
        home.statements--
        if (!home.busy) release(home)
        home = connection
        home.statements++
        bound = next
        raw = next.raw
        version = now
      } finally {
        release(connection)
      }
    }
    /** The statement moves to where the session runs now; while a portal streams at its home, it is only lent. */
    async function prepareAt(
      connection: EngineConnection,
      work: Work,
    ): Promise<{ own: boolean; statement: RawStatement }> {
      const statement = await prepareOn(connection, work, bound.text)
      if (home.busy || raw === undefined) return { own: true, statement }
      duckdb.destroy_prepare_sync(raw)
      home.statements--
      release(home)
      home = connection
      home.statements++
      raw = statement
      return { own: false, statement }
    }
  }

  const begin = async (
    bound: BoundStatement,
    raw: RawStatement,
    owned: boolean,
    connection: EngineConnection,
    work: Work,
    parameters: readonly ParameterValue[],
    formats: ResultFormats,
  ): Promise<Execution> => {
    bindParameters(raw, bound.parameterTypeOids, parameters)
    const rebind = (statement: RawStatement): void =>
      bindParameters(statement, bound.parameterTypeOids, parameters)
    const execution = await startExecution({
      bound,
      raw,
      connection,
      work,
      rows: chunkEncoder(bound, formats),
      rebind,
      clock: context.clock,
      rejected: error => rejected(error, bound.source),
      ended() {
        if (owned) duckdb.destroy_prepare_sync(raw)
        if (current === work) current = undefined
        executions.delete(execution)
        release(connection)
        leave()
      },
      reading() {
        current = work
      },
    })
    executions.add(execution)
    return execution
  }

  return {
    prepare: (statement, oids) => track(prepare(statement, oids)),
    cancel: () => current?.cancel(),
    memoryBytes: () => track(held?.claim.then(({ place }) => place.memoryBytes()) ?? Promise.resolve(0)),
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

function isSameResult(one: BoundStatement, other: BoundStatement): boolean {
  return (
    one.columns.length === other.columns.length &&
    one.columns.every(
      ({ name, typeOid }, i) => name === other.columns[i]?.name && typeOid === other.columns[i]?.typeOid,
    )
  )
}

/** Types that we do not know are taken as text, which is how clients send what they do not know either. */
function knownOrUnset(oid: number): number {
  return isParameterType(oid) ? oid : 0
}

function chunkEncoder({ types, arrowColumns }: BoundStatement, formats: ResultFormats): ChunkEncoder {
  return formats === 'arrow'
    ? createArrowEncoder(arrowColumns())
    : createRowEncoder(types.map((type, i) => type.encoder(formatOf(formats, i))))
}

/** None: all text; one: for all columns; else one each (Bind message). */
function formatOf(formats: readonly Format[], column: number): Format {
  return (formats.length === 1 ? formats[0] : formats[column]) ?? 0
}
