import type { TokenCursor } from './token-cursor.ts'

/** The query inside a statement that the session understands and the engine runs: of DECLARE, of COPY. */
export interface InnerQuery {
  /** What stood in front of it is blank, so that positions in errors are those of what the client sent. */
  readonly text: string
  /** The client did not write it, and positions in it would say nothing. */
  readonly isMadeUp: boolean
}

/** From the cursor's next token to its end, or to `end` (a UTF-16 offset). */
export function innerQuery(tokens: TokenCursor, end?: number): InnerQuery {
  const start = tokens.offset
  // A blank for every character: PostgreSQL counts characters, not UTF-16 units.
  const before = tokens.text.slice(0, start).replaceAll(/[^\n]/gu, ' ')
  return { text: before + tokens.text.slice(start, end), isMadeUp: false }
}
