import { type InnerQuery, innerQuery } from './inner-query.ts'
import type { TokenCursor } from './token-cursor.ts'

export interface DeclareCommand {
  readonly kind: 'declare'
  readonly name: string
  readonly isBinary: boolean
  readonly isScroll: boolean
  /** WITH HOLD: outlives the transaction that declared it. */
  readonly isHeld: boolean
  readonly query: InnerQuery
}

/**
 * Where FETCH and MOVE go, from where the cursor is: `forward` so many rows (Infinity: all), one row behind `relative` - 1 further ones,
 * or the row of that number. A negative count is backward.
 */
export interface FetchCommand {
  readonly kind: 'fetch' | 'move'
  readonly cursor: string
  readonly to: 'forward' | 'relative' | 'absolute'
  readonly count: number
}

export interface CloseCommand {
  readonly kind: 'closeCursor'
  /** Undefined: all. */
  readonly cursor: string | undefined
}

/** DECLARE name [BINARY] [ASENSITIVE | INSENSITIVE] [[NO] SCROLL] CURSOR [{WITH | WITHOUT} HOLD] FOR query */
export function readDeclare(tokens: TokenCursor): DeclareCommand {
  const name = tokens.name()
  let isBinary = false
  let isScroll = false
  for (;;) {
    if (tokens.accept('binary')) isBinary = true
    else if (tokens.accept('no', 'scroll')) isScroll = false
    else if (tokens.accept('scroll')) isScroll = true
    else if (tokens.acceptOneOf('insensitive', 'asensitive') === undefined) break
  }
  if (!tokens.accept('cursor')) throw tokens.syntaxError()
  const isHeld = tokens.accept('with', 'hold')
  if (!isHeld) tokens.accept('without', 'hold')
  if (!tokens.accept('for') || tokens.isAtEnd) throw tokens.syntaxError()
  const query = innerQuery(tokens)
  tokens.skipToEnd()
  return { kind: 'declare', name, isBinary, isScroll, isHeld, query }
}

/** FETCH [direction] [FROM | IN] cursor, and MOVE the same. */
export function readFetch(tokens: TokenCursor, kind: 'fetch' | 'move'): FetchCommand {
  const { to, count } = readDirection(tokens)
  tokens.acceptOneOf('from', 'in')
  return { kind, cursor: tokens.name(), to, count }
}

type Direction = Pick<FetchCommand, 'to' | 'count'>

const oneRow: Readonly<Record<string, Direction>> = {
  next: { to: 'forward', count: 1 },
  prior: { to: 'forward', count: -1 },
  first: { to: 'absolute', count: 1 },
  last: { to: 'absolute', count: -1 },
}

function readDirection(tokens: TokenCursor): Direction {
  const number = tokens.acceptInteger()
  if (number !== undefined) return { to: 'forward', count: number }
  // A cursor may have the name of a direction: FETCH first. Then nothing follows it.
  const word = tokens.isLast ? undefined : tokens.acceptOneOf(...Object.keys(oneRow), ...manyRows)
  switch (word) {
    case undefined:
      return { to: 'forward', count: 1 }
    case 'all':
      return { to: 'forward', count: Number.POSITIVE_INFINITY }
    case 'absolute':
    case 'relative':
      return { to: word, count: neededInteger(tokens) }
    case 'forward':
      return { to: 'forward', count: readCount(tokens) }
    case 'backward':
      return { to: 'forward', count: -readCount(tokens) }
    default:
      return oneRow[word] ?? { to: 'forward', count: 1 }
  }
}

const manyRows = ['all', 'absolute', 'relative', 'forward', 'backward']

function readCount(tokens: TokenCursor): number {
  if (tokens.accept('all')) return Number.POSITIVE_INFINITY
  return tokens.acceptInteger() ?? 1
}

function neededInteger(tokens: TokenCursor): number {
  const count = tokens.acceptInteger()
  if (count === undefined) throw tokens.syntaxError()
  return count
}

export function readClose(tokens: TokenCursor): CloseCommand {
  if (tokens.isLast && tokens.accept('all')) return { kind: 'closeCursor', cursor: undefined }
  return { kind: 'closeCursor', cursor: tokens.name() }
}
