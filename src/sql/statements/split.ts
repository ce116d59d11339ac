import { nextToken } from './lexer.ts'
import { rememberedByText } from './remembered-texts.ts'

/** One statement of a simple query, without comments around it and without its semicolon. */
export interface StatementText {
  readonly text: string
  /** Where it begins in the whole text, in UTF-16 units. */
  readonly offset: number
}

/** The statements of a text; empty ones are left out. Throws 'syntax_error' when a quote or comment does not end. */
export const splitStatements = rememberedByText(readStatements)

function readStatements(text: string): readonly StatementText[] {
  const statements: StatementText[] = []
  let start = -1
  let end = 0
  const finish = (): void => {
    if (start >= 0) statements.push({ text: text.slice(start, end), offset: start })
    start = -1
  }
  for (let token = nextToken(text, 0); token !== undefined; token = nextToken(text, token.end)) {
    if (token.kind === 'semicolon') {
      finish()
      continue
    }
    if (start < 0) start = token.start
    end = token.end
  }
  finish()
  return statements
}
