import { type ErrorDetails, EverportError } from '../../base/errors.ts'
import { errorRules } from './duckdb-error-rules.ts'
import { suggestion } from './error-suggestion.ts'

/**
 * The engine tells errors as text: a class, a message, sometimes suggestions and the line with a caret. Here they become ours, in
 * PostgreSQL's words where it has some. What we do not know better keeps the engine's words.
 */
export function duckdbError(error: unknown, statement: string): EverportError {
  if (error instanceof EverportError) return error
  const text = error instanceof Error ? error.message : String(error)
  const parsed = parse(text, statement)
  const rule = errorRules.find(
    candidate => candidate.kind.test(parsed.kind) && candidate.message.test(parsed.message),
  )
  if (rule === undefined) return unknownError(parsed, error)
  const found = rule.message.exec(parsed.message)?.slice(1) ?? []
  const message = rule.say?.(found) ?? parsed.message
  const details: { -readonly [K in keyof ErrorDetails]: ErrorDetails[K] } = { cause: error }
  const column = /when casting from source column (.+)$/.exec(parsed.message)?.[1]
  if (column !== undefined && rule.say !== undefined) details.detail = `It was read from column "${column}".`
  const hint = rule.code === 'out_of_memory' ? undefined : suggestion(parsed.rest, found.find(Boolean))
  if (hint !== undefined) details.hint = hint
  if (parsed.position !== undefined) details.position = parsed.position
  return new EverportError(rule.code, message, details)
}

/** Without a class it is not the engine's: nothing to show a client. */
function unknownError({ kind, message }: Parsed, cause: unknown): EverportError {
  const detail = kind === '' ? {} : { detail: message }
  return new EverportError('internal', 'internal error of the query engine', { ...detail, cause })
}

/** The whole instance is lost after such an error; nothing but a restart helps. */
export function isFatal(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^FATAL Error|has been invalidated because of a previous fatal error/.test(error.message)
  )
}

interface Parsed {
  readonly kind: string
  readonly message: string
  readonly rest: string
  readonly position: number | undefined
}

const caretLines = /\n*LINE (\d+): ([^\n]*)\n( *)\^\s*$/

function parse(text: string, statement: string): Parsed {
  const caret = caretLines.exec(text)
  const body = caret === null ? text : text.slice(0, caret.index)
  const colon = /^([A-Za-z][A-Za-z ]*?)(?: Error)?: /.exec(body)
  const kind = colon?.[1] ?? ''
  const lines = body.slice(colon?.[0].length ?? 0).split('\n')
  const message = (lines[0] ?? '').trim()
  const rest = lines.slice(1).join('\n').trim()
  return { kind, message, rest, position: caret === null ? undefined : positionOf(caret, statement) }
}

/** Long lines are shown in part, with dots at the ends; the part that is shown is looked up again. */
function positionOf(caret: RegExpExecArray, statement: string): number | undefined {
  const [, lineText = '', shown = '', indent = ''] = caret
  const number = Number(lineText)
  const lines = statement.split('\n')
  const line = lines[number - 1]
  if (line === undefined) return undefined
  const cutFront = shown.startsWith('...') ? 3 : 0
  const snippet = shown.slice(cutFront).replace(/\.\.\.$/, '')
  const from = line.indexOf(snippet)
  if (from < 0) return undefined
  const before = lines.slice(0, number - 1).reduce((sum, one) => sum + one.length + 1, 0)
  const column = indent.length - `LINE ${lineText}: `.length - cutFront
  return column < 0 ? undefined : before + from + column + 1
}
