import { EverportError } from '../../base/errors.ts'
import { nextToken } from '../../sql/statements/lexer.ts'

/** What a user or a script gave: SQL up to its semicolon, or a line that begins with a backslash. */
export type Input =
  | { readonly kind: 'statement'; readonly text: string }
  | { readonly kind: 'command'; readonly text: string }

/** A statement that has not ended by then is refused, so that a file without semicolons does not fill the memory. */
export const statementLengthMax = 16 * 1024 * 1024

/** Cuts lines into statements. Semicolons in texts, quoted names, dollar quotes and comments end nothing. */
export class StatementReader {
  #text = ''

  /** True when a statement has begun and not ended: the next line goes on with it. */
  get isPending(): boolean {
    return this.#text !== ''
  }

  get pendingText(): string {
    return this.#text
  }

  /** `line` without its line end. */
  feed(line: string): Input[] {
    if (/^\s*\\/.test(line) && !this.#isInsideQuotes()) return [{ kind: 'command', text: line.trim() }]
    if (this.#text.length + line.length > statementLengthMax) {
      this.reset()
      throw new EverportError('statement_too_complex', 'the statement is too long', {
        detail: `It has more than ${statementLengthMax} characters and no semicolon.`,
      })
    }
    const isContinued = this.isPending
    this.#text = isContinued ? `${this.#text}\n${line}` : line
    // Only a semicolon can end a statement that has begun; not looking saves the square of its length.
    if (isContinued && !line.includes(';')) return []
    return this.#cut()
  }

  /** At the end of the input the last semicolon may be missing. */
  finish(): Input[] {
    const text = this.#text.trim()
    this.reset()
    return text === '' ? [] : [{ kind: 'statement', text }]
  }

  reset(): void {
    this.#text = ''
  }

  #cut(): Input[] {
    const inputs: Input[] = []
    let start = 0
    let hasTokens = false
    try {
      for (
        let token = nextToken(this.#text, 0);
        token !== undefined;
        token = nextToken(this.#text, token.end)
      ) {
        if (token.kind !== 'semicolon') {
          hasTokens = true
          continue
        }
        if (hasTokens) inputs.push({ kind: 'statement', text: this.#text.slice(start, token.start).trim() })
        start = token.end
        hasTokens = false
      }
    } catch {
      // A quote or comment is open: the next lines may close it.
      hasTokens = true
    }
    this.#text = hasTokens ? this.#text.slice(start).trimStart() : ''
    return inputs
  }

  #isInsideQuotes(): boolean {
    try {
      for (let token = nextToken(this.#text, 0); token !== undefined; )
        token = nextToken(this.#text, token.end)
      return false
    } catch {
      return true
    }
  }
}

/** All inputs of one text. */
export function splitInputs(text: string): Input[] {
  const reader = new StatementReader()
  const inputs = text.split('\n').flatMap(line => reader.feed(line.replace(/\r$/, '')))
  return [...inputs, ...reader.finish()]
}
