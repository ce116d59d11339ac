import { rewrite } from '../statements/rewrite.ts'
import { tokens } from '../statements/token-text.ts'

/**
 * Parameters as JDBC and ODBC write them, `?`, with the numbers that PostgreSQL gives them: Flight SQL's drivers send statements as they are.
 * A statement that has numbers already is left alone.
 */
export function withNumberedParameters(statement: string): string {
  if (!statement.includes('?')) return statement
  const found = tokens(statement)
  if (found.some(({ kind }) => kind === 'parameter')) return statement
  const marks = found.filter(({ kind, text }) => kind === 'symbol' && text === '?')
  return rewrite(
    statement,
    marks.map(({ start, end }, i) => ({ start, end, text: `$${i + 1}` })),
  ).text
}
