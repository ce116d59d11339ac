import { hasSqlDetails, loadModule, type Node, parseSync, type RawStmt } from 'libpg-query'
import { EverportError } from '../../base/errors.ts'

/** A statement as PostgreSQL's own parser reads it (decision 007). */
export interface ParsedSql {
  readonly text: string
  readonly tree: Node
}

/** Texts longer than this are not kept: they are seldom sent twice. */
const keptTextMax = 20_000
const keptMax = 1_000
const kept = new Map<string, ParsedSql>()
let loading: Promise<void> | undefined

/** Once before the first `parseSql`. Takes about 60 ms. */
export function loadSqlParser(): Promise<void> {
  loading ??= loadModule()
  return loading
}

/**
 * One statement. Throws 'syntax_error' with PostgreSQL's words and place, 'statement_too_complex' for what is nested too deeply. The parser has
 * bounds of its own on nesting; building the tree has the stack's, and both leave it usable.
 */
export function parseSql(text: string): ParsedSql {
  const known = kept.get(text)
  if (known !== undefined) return known
  const parsed = { text, tree: onlyStatement(text) }
  if (text.length <= keptTextMax) keep(parsed)
  return parsed
}

function onlyStatement(text: string): Node {
  const [first, second] = statements(text)
  if (first?.stmt === undefined) throw new EverportError('syntax_error', 'the statement is empty')
  if (second === undefined) return first.stmt
  throw new EverportError('syntax_error', 'cannot insert multiple commands into a prepared statement')
}

function statements(text: string): RawStmt[] {
  try {
    return parseSync(text).stmts ?? []
  } catch (error) {
    throw parseError(error, text)
  }
}

function parseError(error: unknown, text: string): EverportError {
  if (error instanceof RangeError) return tooComplex(error)
  if (!hasSqlDetails(error)) return new EverportError('internal', 'the SQL parser failed', { cause: error })
  const { message, cursorPosition } = error.sqlDetails ?? { message: String(error), cursorPosition: -1 }
  if (message.startsWith('memory exhausted')) return tooComplex(error)
  const position = cursorPosition < 0 ? {} : { position: utf16Offset(text, cursorPosition) + 1 }
  return new EverportError('syntax_error', message, { ...position, cause: error })
}

export function tooComplex(cause: unknown): EverportError {
  return new EverportError('statement_too_complex', 'the statement is nested too deeply', {
    hint: 'write it with fewer parentheses or operators inside each other',
    cause,
  })
}

/** The parser counts characters; strings count units of UTF-16. */
function utf16Offset(text: string, characters: number): number {
  let offset = 0
  for (let i = 0; i < characters && offset < text.length; i++)
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1
  return offset
}

function keep(parsed: ParsedSql): void {
  if (kept.size >= keptMax) {
    // The oldest goes: a map keeps the order of insertion.
    const oldest = kept.keys().next().value
    if (oldest !== undefined) kept.delete(oldest)
  }
  kept.set(parsed.text, parsed)
}
