import type { PreparedStatement as RawStatement } from '@duckdb/node-bindings'
import duckdb from '@duckdb/node-bindings'
import type { Clock } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import { createArrowEncoder } from './arrow/arrow-encoder.ts'
import type { ChunkEncoder } from './chunk-encoder.ts'
import type { ConnectionPool } from './connection-pool.ts'
import { duckdbError } from './duckdb-error.ts'
import type {
  EngineSession,
  Execution,
  Format,
  ParameterValue,
  PreparedStatement,
  ResultFormats,
} from './engine.ts'
import type { EngineConnection } from './engine-connection.ts'
import { startExecution } from './execution.ts'
import { bindParameters, isParameterType } from './parameters.ts'
import { type BoundStatement, prepareStatement } from './prepare-statement.ts'
import { createRowEncoder } from './row-encoder.ts'
import { startWork, type Work } from './work.ts'

/** Open portals of one client, each of which needs a connection of its own while it is not read to its end. */
const connectionsMax = 16

export interface SessionContext {
  readonly user: string
  readonly pool: ConnectionPool
  readonly clock: Clock
  /** Told of errors that the client is only given in general words. */
  readonly failed: (error: unknown) => void
}

export function openEngineSession(context: SessionContext): EngineSession {
  const connections = new Set<EngineConnection>()
  const executions = new Set<Execution>()
  const running = new Set<Promise<unknown>>()
  let current: Work | undefined
  let closed = false

  /** What must have settled before a connection may go. */
  const track = <T>(promise: Promise<T>): Promise<T> => {
    const done = promise.catch(() => undefined).finally(() => running.delete(done))
    running.add(done)
    return promise
  }

  /** A connection that no execution has. */
  const acquire = async (): Promise<EngineConnection> => {
    if (closed) throw new EverportError('admin_shutdown', 'the session is closed')
    for (const connection of connections) if (!connection.busy) return use(connection)
    if (connections.size >= connectionsMax) {
      throw new EverportError('limit_exceeded', `too many open portals: at most ${connectionsMax}`, {
        hint: 'read results to their end, or close them',
      })
    }
    const connection = await context.pool.take()
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
    if (connection.statements === 0 && connections.delete(connection)) context.pool.give(connection)
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

  const opened = (bound: BoundStatement, home: EngineConnection): PreparedStatement => {
    let raw: RawStatement | undefined = bound.raw
    const { text, columns, parameterTypeOids, commandTag } = bound
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
      // At home when no other portal streams there, else prepared once more elsewhere.
      const away = home.busy
      const connection = away ? await acquire() : await use(home)
      try {
        const mine = away ? await work.call(connection.raw, () => duckdb.prepare(connection.raw, text)) : raw
        return await begin(bound, mine, away, connection, work, parameters, formats)
      } catch (error) {
        if (current === work) current = undefined
        connection.finish('rollback')
        release(connection)
        throw rejected(error, bound.source)
      }
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
    async close() {
      if (closed) return
      closed = true
      current?.cancel()
      await Promise.allSettled(running)
      await Promise.all([...executions].map(execution => execution.close()))
      for (const connection of connections) {
        await connection.settled()
        connection.close()
      }
      connections.clear()
    },
  }
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
