import { publicError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Engine, EngineSession, Execution, PreparedStatement } from '../engine/engine.ts'
import { onlyRow } from './only-row.ts'
import type { Effect, SessionEvent } from './session-events.ts'

type EngineEffect = Extract<Effect, { kind: 'openEngine' | 'prepare' | 'evaluate' | 'execute' | 'fetch' }>

/** One session's engine: what the machine wants of it, one call at a time, and everything closed in the end. */
export interface EngineLink {
  /** The outcome comes to `outcome`, always later. */
  ask(effect: EngineEffect): void
  cancel(): void
  closeStatement(statement: PreparedStatement): void
  /** `released` resolves when the rows last given out are no longer read. */
  closeExecution(execution: Execution, released: Promise<void>): void
  /** Waits for what runs, then closes everything. */
  close(released: Promise<void>): Promise<void>
}

export function createEngineLink(
  engine: Engine,
  log: Log,
  outcome: (event: SessionEvent) => void,
): EngineLink {
  const executions = new Set<Execution>()
  const statements = new Set<PreparedStatement>()
  let session: EngineSession | undefined
  let running: Promise<void> = Promise.resolve()
  let closing: Promise<void> | undefined

  const perform = async (effect: EngineEffect): Promise<SessionEvent> => {
    if (closing !== undefined) await closing
    if (effect.kind === 'openEngine') {
      session = await engine.openSession(effect.options)
      return { kind: 'opened' }
    }
    if (effect.kind === 'fetch') {
      const batch = await effect.execution.next(effect.rowsMax)
      return batch === undefined ? { kind: 'finished' } : { kind: 'rows', batch }
    }
    if (effect.kind === 'execute') {
      const execution = await effect.statement.execute(effect.parameters, effect.resultFormats, effect.wanted)
      if (execution.whole === undefined) executions.add(execution)
      return { kind: 'executing', execution }
    }
    if (session === undefined) throw new Error('the engine is not open')
    if (effect.kind === 'evaluate') return { kind: 'values', values: await onlyRow(session, effect.text) }
    const statement = await session.prepare(effect.text, effect.parameterTypeOids, effect.use)
    statements.add(statement)
    return { kind: 'prepared', statement }
  }

  const failed = (error: unknown): SessionEvent => {
    const shown = publicError(error)
    if (shown.code === 'internal') log.error('engine failed', { error })
    return { kind: 'failed', error: shown }
  }

  const closeQuietly = async (what: { close(): Promise<void> }): Promise<void> => {
    try {
      await what.close()
    } catch (error) {
      log.error('engine did not close well', { error })
    }
  }

  const closeOne = async (execution: Execution, released: Promise<void>): Promise<void> => {
    await released
    if (executions.delete(execution)) await closeQuietly(execution)
  }

  return {
    ask(effect) {
      running = perform(effect).then(outcome, error => outcome(failed(error)))
    },
    cancel() {
      session?.cancel()
    },
    closeStatement(statement) {
      if (statements.delete(statement)) statement.close()
    },
    closeExecution(execution, released) {
      const before = closing ?? Promise.resolve()
      const mine: Promise<void> = before
        .then(() => closeOne(execution, released))
        .then(() => {
          if (closing === mine) closing = undefined
        })
      closing = mine
    },
    async close(released) {
      await running
      await closing
      for (const execution of executions) await closeOne(execution, released)
      for (const statement of statements) statement.close()
      statements.clear()
      if (session !== undefined) await closeQuietly(session)
      session = undefined
    },
  }
}
