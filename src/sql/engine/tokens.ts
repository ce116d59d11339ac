/** A piece of a statement. Comments and white space are left out. Positions are UTF-16 offsets, `end` behind the last unit. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'parameter' | 'number' | 'symbol' | 'unterminated'
  readonly start: number
  readonly end: number
  /** Lower case for words, without quotes for quoted names and plain strings; the source text otherwise. */
  readonly text: string
}

const rules: readonly (readonly [Token['kind'] | 'skip', RegExp])[] = [
  ['skip', /\s+|--[^\n]*/y],
  ['string', /'(?:[^']|'')*'/y],
  ['string', /[eE]'(?:[^'\\]|\\[^]|'')*'/y],
  ['parameter', /\$\d+/y],
  ['quoted', /"(?:[^"]|"")*"/y],
  ['number', /(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['word', /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ['unterminated', /['"]/y],
  ['symbol', /[^]/y],
]

/** Splits PostgreSQL's (and the engine's) SQL into tokens; it never fails, what it cannot read is a symbol or 'unterminated'. */
export function tokens(sql: string): Token[] {
  const found: Token[] = []
  let at = 0
  while (at < sql.length) {
    if (sql.startsWith('/*', at)) {
      at = afterBlockComment(sql, at)
      continue
    }
    const [kind, end] = dollarQuoted(sql, at) ?? next(sql, at)
    if (kind !== 'skip') found.push({ kind, start: at, end, text: textOf(kind, sql.slice(at, end)) })
    at = end
  }
  return found
}

function next(sql: string, at: number): [kind: Token['kind'] | 'skip', end: number] {
  for (const [kind, rule] of rules) {
    rule.lastIndex = at
    if (rule.test(sql)) return [kind, kind === 'unterminated' ? sql.length : rule.lastIndex]
  }
  return ['symbol', at + 1]
}

const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y

/** `$tag$ … $tag$`. Without its end it takes the rest, so that no text makes us look for many ends. */
function dollarQuoted(sql: string, at: number): [kind: 'string' | 'unterminated', end: number] | undefined {
  if (sql[at] !== '$') return undefined
  dollarTag.lastIndex = at
  if (!dollarTag.test(sql)) return undefined
  const tag = sql.slice(at, dollarTag.lastIndex)
  const close = sql.indexOf(tag, dollarTag.lastIndex)
  return close < 0 ? ['unterminated', sql.length] : ['string', close + tag.length]
}

/** Block comments nest. */
function afterBlockComment(sql: string, from: number): number {
  let depth = 0
  let at = from
  while (at < sql.length) {
    if (sql.startsWith('/*', at)) {
      depth++
      at += 2
    } else if (sql.startsWith('*/', at)) {
      at += 2
      if (--depth === 0) return at
    } else at++
  }
  return at
}

function textOf(kind: Token['kind'], source: string): string {
  if (kind === 'word') return source.toLowerCase()
  if (kind === 'quoted') return source.slice(1, -1).replaceAll('""', '"')
  if (kind === 'string' && source.startsWith("'")) return source.slice(1, -1).replaceAll("''", "'")
  return source
}
