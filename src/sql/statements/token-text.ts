import { nextToken, type TokenKind } from './lexer.ts'

/** A piece of a statement. Comments and white space are left out. Positions are UTF-16 offsets, `end` behind the last unit. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'parameter' | 'number' | 'symbol'
  readonly start: number
  readonly end: number
  /** Lower case for words, without quotes for quoted names and plain strings; the source text otherwise. */
  readonly text: string
}

/** All tokens with their text. Throws 'syntax_error' where a quote or comment has no end. */
export function tokens(sql: string): Token[] {
  const found: Token[] = []
  for (let next = nextToken(sql, 0); next !== undefined; next = nextToken(sql, next.end)) {
    const { start, end } = next
    found.push({ kind: kindOf(next.kind), start, end, text: textOf(next.kind, sql.slice(start, end)) })
  }
  return found
}

function kindOf(kind: TokenKind): Token['kind'] {
  if (kind === 'identifier') return 'quoted'
  return kind === 'semicolon' ? 'symbol' : kind
}

function textOf(kind: TokenKind, source: string): string {
  if (kind === 'word') return source.toLowerCase()
  if (kind === 'identifier') return source.slice(1, -1).replaceAll('""', '"')
  if (kind === 'string' && source.startsWith("'")) return source.slice(1, -1).replaceAll("''", "'")
  return source
}
