import { assert } from '../../base/assert.ts'
import { EverportError } from '../../base/errors.ts'
import type { Classified, SessionCommand } from '../statements/classify.ts'
import type { EngineUse } from './portal.ts'
import type { Session } from './session-state.ts'
import { rowsUse } from './set-config.ts'
import { explainedStatement } from './statement-names.ts'

/** What the engine is needed for; undefined when the session answers by itself. May throw an EverportError. */
export function engineUse(
  session: Session,
  classified: Classified,
  statement: string,
): EngineUse | undefined {
  switch (classified.kind) {
    case 'engine':
      return rowsUse(statement)
    case 'explainExecute':
      return { kind: 'rows', query: explainedStatement(session, classified) }
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
  assert(
    kind !== 'engine' && kind !== 'copy' && kind !== 'declare' && kind !== 'explainExecute',
    `the engine is needed for '${kind}'`,
  )
  return classified
}

/** What the engine is asked to prepare for a statement. */
export function engineText(use: EngineUse, statement: string): string {
  return use.query?.text ?? statement
}

export function placed(use: EngineUse, error: EverportError): EverportError {
  return use.query?.isMadeUp !== true ? error : withoutPosition(error)
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
