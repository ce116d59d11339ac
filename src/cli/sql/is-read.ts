import { nextToken } from '../../sql/statements/lexer.ts'

const readingKeywords = new Set([
  'select',
  'values',
  'table',
  'with',
  'from',
  'show',
  'explain',
  'describe',
  'desc',
  'summarize',
])
// Anywhere in the statement: WITH … INSERT, EXPLAIN ANALYZE DELETE, SELECT … INTO, FOR UPDATE.
const writingKeywords = new Set([
  'insert',
  'update',
  'delete',
  'merge',
  'into',
  'create',
  'alter',
  'drop',
  'copy',
  'call',
])

/**
 * Whether running the statement twice does no harm. In doubt false: a word that could write, though it may only be a column's
 * name, costs a retry by hand; the other mistake would do somebody's work twice.
 */
export function isRead(statement: string): boolean {
  try {
    let token = nextToken(statement, 0)
    while (token?.kind === 'symbol' && statement[token.start] === '(') token = nextToken(statement, token.end)
    if (token?.kind !== 'word' || !readingKeywords.has(statement.slice(token.start, token.end).toLowerCase()))
      return false
    for (; token !== undefined; token = nextToken(statement, token.end)) {
      if (token.kind === 'semicolon') return false
      if (token.kind === 'word' && writingKeywords.has(statement.slice(token.start, token.end).toLowerCase()))
        return false
    }
    return true
  } catch {
    return false
  }
}
