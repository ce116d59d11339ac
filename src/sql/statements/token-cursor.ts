import { EverportError } from '../../base/errors.ts'
import { characterPosition, type Token, tokensOf } from './lexer.ts'

/** Walks over the tokens of one short statement. */
export class TokenCursor {
  readonly text: string
  readonly #tokens: readonly Token[]
  #next = 0

  constructor(text: string) {
    this.text = text
    this.#tokens = tokensOf(text)
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#tokens.length
  }

  /** One token is left. */
  get isLast(): boolean {
    return this.#next === this.#tokens.length - 1
  }

  /** Where the next token begins, in UTF-16 units. */
  get offset(): number {
    return this.#tokens[this.#next]?.start ?? this.text.length
  }

  get kind(): Token['kind'] | undefined {
    return this.#tokens[this.#next]?.kind
  }

  /** The next token as a keyword in lower case, '' when it is none. */
  get keyword(): string {
    const token = this.#tokens[this.#next]
    return token?.kind === 'word' ? this.#slice(token).toLowerCase() : ''
  }

  /** Steps over the words when all of them come next. */
  accept(...words: string[]): boolean {
    const start = this.#next
    for (const word of words) {
      if (this.keyword !== word) {
        this.#next = start
        return false
      }
      this.#next++
    }
    return true
  }

  acceptOneOf(...words: string[]): string | undefined {
    const word = this.keyword
    if (word === '' || !words.includes(word)) return undefined
    this.#next++
    return word
  }

  acceptSymbol(symbol: string): boolean {
    const token = this.#tokens[this.#next]
    if (token?.kind !== 'symbol' || this.#slice(token) !== symbol) return false
    this.#next++
    return true
  }

  isAt(...symbols: string[]): boolean {
    const token = this.#tokens[this.#next]
    return token?.kind === 'symbol' && symbols.includes(this.#slice(token))
  }

  /** A whole number with its sign. */
  acceptInteger(): number | undefined {
    const start = this.#next
    const sign = this.acceptSymbol('-') ? -1 : 1
    if (sign > 0) this.acceptSymbol('+')
    const token = this.#tokens[this.#next]
    const digits = token?.kind === 'number' ? this.#slice(token) : ''
    if (/^\d{1,10}$/.test(digits)) {
      this.#next++
      return sign * Number(digits)
    }
    this.#next = start
    return undefined
  }

  /** The number of a parameter. */
  acceptParameter(): number | undefined {
    const token = this.#tokens[this.#next]
    if (token?.kind !== 'parameter') return undefined
    this.#next++
    return Number(this.#slice(token).slice(1))
  }

  /** Where the parenthesis ends whose inside comes next. */
  closingParenthesis(): number {
    let depth = 1
    for (let i = this.#next; i < this.#tokens.length; i++) {
      const token = this.#tokens[i]
      if (token?.kind !== 'symbol') continue
      const symbol = this.#slice(token)
      depth += symbol === '(' ? 1 : symbol === ')' ? -1 : 0
      if (depth === 0) return token.start
    }
    this.skipToEnd()
    throw this.syntaxError()
  }

  /** To the token that begins at this offset, or behind it. */
  skipTo(offset: number): void {
    while (this.#next < this.#tokens.length && this.offset < offset) this.#next++
  }

  /** Over one token, whatever it is. */
  skip(): void {
    this.#next++
  }

  skipToEnd(): void {
    this.#next = this.#tokens.length
  }

  /** A name: folded to lower case, unless quoted. */
  name(): string {
    const token = this.#tokens[this.#next]
    if (token?.kind !== 'word' && token?.kind !== 'identifier') throw this.syntaxError()
    this.#next++
    const text = this.#slice(token)
    if (token.kind === 'word') return text.toLowerCase()
    return text.slice(text.indexOf('"') + 1, -1).replaceAll('""', '"')
  }

  /** A setting's value: a word, name, string or signed number. */
  value(): string {
    const sign = this.acceptSymbol('-') ? '-' : this.acceptSymbol('+') ? '+' : ''
    const token = this.#tokens[this.#next]
    if (token?.kind === 'number') {
      this.#next++
      return sign + this.#slice(token)
    }
    if (sign !== '') throw this.syntaxError()
    if (token?.kind !== 'string') return this.name()
    this.#next++
    return stringValue(this.#slice(token))
  }

  end(): void {
    if (!this.isAtEnd) throw this.syntaxError()
  }

  syntaxError(): EverportError {
    const token = this.#tokens[this.#next]
    const where = token === undefined ? 'at end of input' : `at or near "${this.#slice(token)}"`
    return new EverportError('syntax_error', `syntax error ${where}`, {
      position: characterPosition(this.text, token?.start ?? this.text.length),
    })
  }

  #slice(token: Token): string {
    return this.text.slice(token.start, token.end)
  }
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

function stringValue(literal: string): string {
  if (literal.startsWith('$')) {
    const tagLength = literal.indexOf('$', 1) + 1
    return literal.slice(tagLength, -tagLength)
  }
  const inner = literal.slice(literal.indexOf("'") + 1, -1)
  if (!/^e'/i.test(literal)) return inner.replaceAll("''", "'")
  return inner.replace(/''|\\(.)/gs, (_match, escaped: string | undefined) =>
    escaped === undefined ? "'" : (escapes[escaped] ?? escaped),
  )
}
