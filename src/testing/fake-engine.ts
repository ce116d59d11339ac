import { EverportError } from '../base/errors.ts'
import type {
  Column,
  Engine,
  EngineSession,
  Execution,
  ParameterValue,
  PreparedStatement,
  RowBatch,
} from '../sql/engine/engine.ts'
import { ByteWriter } from '../sql/pgwire/byte-writer.ts'
import { encodeDataRow } from '../sql/pgwire/messages/backend/data-row.ts'

/** What the engine has open; all zero when every client has gone. */
export interface FakeEngineState {
  sessions: number
  statements: number
  executions: number
  cancels: number
  batches: number
}

export interface FakeEngine extends Engine {
  readonly state: FakeEngineState
}

const int4: Omit<Column, 'name'> = { typeOid: 23, typeSize: 4, typeModifier: -1 }
const text: Omit<Column, 'name'> = { typeOid: 25, typeSize: -1, typeModifier: -1 }
/** Long batches are made of so many bytes. */
const batchBytes = 200_000

/**
 * An engine without a database. It knows these statements (words in capitals are numbers):
 *   rows COUNT [of BYTES]        that many rows: n, and a text of so many bytes
 *   rows COUNT then fail         the same, then division by zero instead of an end
 *   computed rows COUNT …        the same, computed before it is asked for
 *   whole rows COUNT …           the same, which comes whole where all rows are wanted
 *   echo $1 $2 …                 one row of the parameters
 *   nothing                      no columns, tag NOTHING
 *   hang                         no row until it is cancelled
 * Everything else is 'undefined_table'. As the contract allows, a batch is overwritten as soon as the next is asked for.
 */
export function createFakeEngine(): FakeEngine {
  const state: FakeEngineState = { sessions: 0, statements: 0, executions: 0, cancels: 0, batches: 0 }
  return {
    state,
    openSession: () => Promise.resolve(openSession(state)),
    close: () => Promise.resolve(),
  }
}

function openSession(state: FakeEngineState): EngineSession {
  let cancelRunning: (() => void) | undefined
  const onCancel = (task: (() => void) | undefined): void => {
    cancelRunning = task
  }
  state.sessions++
  return {
    async prepare(statement) {
      await turn()
      return prepare(statement.trimStart(), state, onCancel)
    },
    cancel() {
      state.cancels++
      cancelRunning?.()
    },
    close() {
      state.sessions--
      return Promise.resolve()
    },
  }
}

type OnCancel = (task: (() => void) | undefined) => void

function prepare(statement: string, state: FakeEngineState, onCancel: OnCancel): PreparedStatement {
  const rows = /^(computed |whole )?rows (\d+)(?: of (\d+))?( then fail)?$/.exec(statement)
  const parameters = statement.startsWith('echo') ? (statement.match(/\$\d+/g) ?? []) : []
  const columns = columnsOf(statement, parameters.length)
  const isKnown = rows !== null || parameters.length > 0 || statement === 'hang' || statement === 'nothing'
  if (!isKnown) {
    throw new EverportError('undefined_table', `no such statement: ${statement}`, { position: 1 })
  }
  state.statements++
  return {
    parameterTypeOids: parameters.map(() => text.typeOid),
    columns,
    commandTag: columns === undefined ? 'NOTHING' : 'SELECT',
    async execute(values, _formats, wanted) {
      await turn()
      if (rows?.[1] === 'whole ' && wanted === 'all') return wholeRows(Number(rows[2]), Number(rows[3] ?? 1))
      state.executions++
      if (rows !== null)
        return rowsExecution(
          {
            count: Number(rows[2]),
            fillerBytes: Number(rows[3] ?? 1),
            fails: rows[4] !== undefined,
            isComputed: rows[1] !== undefined,
          },
          state,
        )
      if (statement === 'hang') return hangingExecution(state, onCancel)
      return oneBatch(parameters.length > 0 ? [values] : [], state)
    },
    close() {
      state.statements--
    },
  }
}

function columnsOf(statement: string, parameterCount: number): Column[] | undefined {
  if (statement === 'nothing') return undefined
  if (parameterCount > 0) {
    return Array.from({ length: parameterCount }, (_, i) => ({ name: `echo${i + 1}`, ...text }))
  }
  return [
    { name: 'n', ...int4 },
    { name: 'filler', ...text },
  ]
}

function wholeRows(count: number, fillerBytes: number): Execution {
  const writer = new ByteWriter()
  const filler = Buffer.alloc(fillerBytes, 'x')
  for (let n = 1; n <= count; n++)
    encodeDataRow({ kind: 'DataRow', values: [Buffer.from(String(n)), filler] }, writer)
  return {
    isComputed: true,
    whole: { bytes: writer.take(), rowCount: count },
    next: () => Promise.reject(new Error('it was whole')),
    close: () => Promise.reject(new Error('it was whole')),
  }
}

function rowsExecution(
  {
    count,
    fillerBytes,
    fails,
    isComputed,
  }: {
    readonly count: number
    readonly fillerBytes: number
    readonly fails: boolean
    readonly isComputed: boolean
  },
  state: FakeEngineState,
): Execution {
  const filler = Buffer.alloc(fillerBytes, 'x')
  let sent = 0
  let last: Uint8Array | undefined
  return closing(state, {
    isComputed,
    async next(rowsMax) {
      last?.fill(0)
      if (!isComputed) await turn()
      if (sent === count) {
        if (fails) throw new EverportError('division_by_zero', 'division by zero')
        return undefined
      }
      const writer = new ByteWriter()
      let rowCount = 0
      while (sent < count && rowCount < rowsMax && writer.length < batchBytes) {
        encodeDataRow({ kind: 'DataRow', values: [Buffer.from(String(++sent)), filler] }, writer)
        rowCount++
      }
      last = writer.take()
      state.batches++
      return { bytes: last, rowCount }
    },
    end: () => last?.fill(0),
  })
}

function oneBatch(rows: readonly (readonly ParameterValue[])[], state: FakeEngineState): Execution {
  const batches: RowBatch[] = rows.map(values => {
    const writer = new ByteWriter()
    encodeDataRow({ kind: 'DataRow', values: values.map(value => value?.bytes ?? null) }, writer)
    return { bytes: writer.take(), rowCount: 1 }
  })
  return closing(state, {
    async next() {
      await turn()
      return batches.shift()
    },
    end: () => undefined,
  })
}

function hangingExecution(state: FakeEngineState, onCancel: OnCancel): Execution {
  return closing(state, {
    next: () =>
      new Promise((_resolve, reject) => {
        onCancel(() => reject(new EverportError('query_cancelled', 'query was cancelled')))
      }),
    end: () => onCancel(undefined),
  })
}

function closing(
  state: FakeEngineState,
  parts: { readonly isComputed?: boolean; readonly next: Execution['next']; readonly end: () => unknown },
): Execution {
  let isOpen = true
  return {
    isComputed: parts.isComputed === true,
    next: parts.next,
    async close() {
      await turn()
      if (!isOpen) return
      isOpen = false
      parts.end()
      state.executions--
    },
  }
}

/** A real engine answers from another thread: other events get their turn. */
function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
