import { assert } from '../../base/assert.ts'
import { EverportError } from '../../base/errors.ts'
import type { Classified, SessionCommand } from '../statements/classify.ts'
import type { EngineUse } from './session-state.ts'

/** What the engine is needed for; undefined when the session answers by itself. */
export function engineUse(classified: Classified): EngineUse | undefined {
  switch (classified.kind) {
    case 'engine':
      return { kind: 'rows' }
    case 'copy':
    case 'declare':
      return classified
    default:
      return undefined
  }
}

/** Where `engineUse` found nothing. */
export function ownCommand(classified: Classified): SessionCommand {
  const { kind } = classified
  assert(kind !== 'engine' && kind !== 'copy' && kind !== 'declare', `the engine is needed for '${kind}'`)
  return classified
}

/** What the engine is asked to prepare for a statement. */
export function engineText(use: EngineUse, statement: string): string {
  return use.kind === 'rows' ? statement : use.query.text
}

export function placed(use: EngineUse, error: EverportError): EverportError {
  return use.kind === 'rows' || !use.query.isMadeUp ? error : withoutPosition(error)
}

/** A position in a text that the client did not write says nothing. */
export function withoutPosition(error: EverportError): EverportError {
  if (error.position === undefined) return error
  return new EverportError(error.code, error.message, {
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error.cause,
  })
}
