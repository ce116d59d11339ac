import { EverportError } from '../../base/errors.ts'

export type TokenKind = 'word' | 'identifier' | 'string' | 'number' | 'parameter' | 'semicolon' | 'symbol'

/** A token is `text.slice(start, end)` of the text it was read from. */
export interface Token {
  readonly kind: TokenKind
  readonly start: number
  readonly end: number
}

const blank = /[ \t\n\r\f\v]+/y
const lineComment = /--[^\n\r]*/y
const word = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const parameter = /\$\d+/y
const dollarQuote = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y

/** The next token at or after `from`; undefined at the end. PostgreSQL's lexical rules with standard_conforming_strings on. */
export function nextToken(text: string, from: number): Token | undefined {
  const start = skipBlanks(text, from)
  if (start >= text.length) return undefined
  const first = text[start] ?? ''
  if (first === "'") return { kind: 'string', start, end: quotedEnd(text, start, start, "'") }
  if (first === '"') return { kind: 'identifier', start, end: quotedEnd(text, start, start, '"') }
  if (first === ';') return { kind: 'semicolon', start, end: start + 1 }
  if (first === '$') return dollarToken(text, start)
  return (
    wordToken(text, start) ??
    matched(number, 'number', text, start) ?? { kind: 'symbol', start, end: start + 1 }
  )
}

/** All tokens; for short statements such as SET. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (let token = nextToken(text, 0); token !== undefined; token = nextToken(text, token.end))
    tokens.push(token)
  return tokens
}

/** Where a character is, counted as PostgreSQL does: from 1, in characters. */
export function characterPosition(text: string, offset: number): number {
  let position = 1
  for (let i = 0; i < offset && i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0xdc00 || code > 0xdfff) position++
  }
  return position
}

function skipBlanks(text: string, from: number): number {
  let at = from
  for (;;) {
    const before = at
    at = endOf(blank, text, at)
    if (text.startsWith('--', at)) at = endOf(lineComment, text, at)
    else if (text.startsWith('/*', at)) at = commentEnd(text, at)
    if (at === before) return at
  }
}

/** Comments nest. */
function commentEnd(text: string, start: number): number {
  const mark = /\/\*|\*\//g
  mark.lastIndex = start
  for (let depth = 0; ; ) {
    const found = mark.exec(text)
    if (found === null) throw unterminated('/* comment', text, start)
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return mark.lastIndex
  }
}

function wordToken(text: string, start: number): Token | undefined {
  const token = matched(word, 'word', text, start)
  if (token === undefined) return undefined
  const first = (text[start] ?? '').toLowerCase()
  const isPrefix = token.end === start + 1
  // E'…' has backslash escapes; U&'…' and U&"…" are quoted like plain ones.
  if (isPrefix && first === 'e' && text[token.end] === "'") {
    return { kind: 'string', start, end: escapedEnd(text, start, token.end) }
  }
  if (isPrefix && first === 'u' && text[token.end] === '&') {
    const quote = text[token.end + 1]
    if (quote === "'") return { kind: 'string', start, end: quotedEnd(text, start, token.end + 1, "'") }
    if (quote === '"') return { kind: 'identifier', start, end: quotedEnd(text, start, token.end + 1, '"') }
  }
  return token
}

function dollarToken(text: string, start: number): Token {
  const asParameter = matched(parameter, 'parameter', text, start)
  if (asParameter !== undefined) return asParameter
  const open = matched(dollarQuote, 'string', text, start)
  if (open === undefined) return { kind: 'symbol', start, end: start + 1 }
  const tag = text.slice(start, open.end)
  const close = text.indexOf(tag, open.end)
  if (close < 0) throw unterminated('dollar-quoted string', text, start)
  return { kind: 'string', start, end: close + tag.length }
}

/** The end of what is quoted from `open`; a doubled quote is one inside. */
function quotedEnd(text: string, start: number, open: number, quote: "'" | '"'): number {
  for (let at = open + 1; ; at += 2) {
    at = text.indexOf(quote, at)
    if (at < 0) throw unterminated(quote === "'" ? 'quoted string' : 'quoted identifier', text, start)
    if (text[at + 1] !== quote) return at + 1
  }
}

function escapedEnd(text: string, start: number, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === "'") {
      if (text[at + 1] !== "'") return at + 1
      at++
    }
  }
  throw unterminated('quoted string', text, start)
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

function matched(pattern: RegExp, kind: TokenKind, text: string, start: number): Token | undefined {
  const end = endOf(pattern, text, start)
  return end === start ? undefined : { kind, start, end }
}

function unterminated(what: string, text: string, start: number): EverportError {
  const near = text.slice(start, start + 200)
  return new EverportError('syntax_error', `unterminated ${what} at or near "${near}"`, {
    position: characterPosition(text, start),
  })
}
