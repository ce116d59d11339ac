import { EverportError } from '../../base/errors.ts'
import type { EngineSession, Execution } from '../engine/engine.ts'
import { WrappedStatement } from '../statements/wrapped-statement.ts'
import type { Entry } from './admitted-engine.ts'

export interface Turns {
  ask(statement: string): { readonly entry: Entry; readonly turn: Promise<void> }
  leave(entry: Entry): void
}

/**
 * A session whose first execution waits for its turn. Further ones that begin while it is open are part of that turn: a session that waited for
 * itself would wait for ever.
 */
export function admittedSession(inner: EngineSession, turns: Turns): EngineSession {
  let held: { readonly entry: Entry; users: number } | undefined
  let withdraw: (() => void) | undefined

  const enter = async (statement: string): Promise<Entry> => {
    if (held !== undefined) {
      held.users++
      return held.entry
    }
    const { entry, turn } = turns.ask(statement)
    let isWithdrawn = false
    const withdrawn = new Promise<void>(resolve => {
      withdraw = () => {
        isWithdrawn = true
        turns.leave(entry)
        resolve()
      }
    })
    try {
      await Promise.race([turn, withdrawn])
    } finally {
      withdraw = undefined
    }
    if (isWithdrawn) throw new EverportError('query_cancelled', 'canceling statement due to user request')
    held = { entry, users: 1 }
    return entry
  }
  const leave = (): void => {
    if (held === undefined || --held.users > 0) return
    const { entry } = held
    held = undefined
    turns.leave(entry)
  }
  const execute = async (text: string, begin: () => Promise<Execution>): Promise<Execution> => {
    const entry = await enter(text)
    try {
      const execution = await begin()
      if (execution.whole === undefined) return admittedExecution(execution, entry, leave)
      if (entry.ended !== undefined) throw entry.ended
      leave()
      return execution
    } catch (error) {
      leave()
      throw entry.ended ?? error
    }
  }

  return {
    prepare: async (text, oids, use) =>
      new WrappedStatement(await inner.prepare(text, oids, use), begin => execute(text, begin)),
    cancel() {
      withdraw?.()
      inner.cancel()
    },
    memoryBytes: async () => (await inner.memoryBytes?.()) ?? 0,
    async close() {
      withdraw?.()
      await inner.close()
      if (held !== undefined) turns.leave(held.entry)
      held = undefined
    },
  }
}

/** An end that we wanted has our reason, whatever the engine calls it. */
function admittedExecution(execution: Execution, entry: Entry, leave: () => void): Execution {
  let isOver = false
  entry.executions.add(execution)
  const over = (): void => {
    if (isOver) return
    isOver = true
    entry.executions.delete(execution)
    leave()
  }
  return {
    isComputed: execution.isComputed === true,
    async next(rowsMax) {
      try {
        if (entry.ended !== undefined) throw entry.ended
        const batch = await execution.next(rowsMax)
        if (batch === undefined) over()
        return batch
      } catch (error) {
        over()
        throw entry.ended ?? error
      }
    },
    async close() {
      try {
        await execution.close()
      } finally {
        over()
      }
    },
  }
}
