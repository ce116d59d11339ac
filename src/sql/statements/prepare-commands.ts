import { type InnerQuery, innerQuery } from './inner-query.ts'
import type { TokenCursor } from './token-cursor.ts'
import { readType } from './type-names.ts'

export interface PrepareCommand {
  readonly kind: 'prepare'
  readonly name: string
  /** Of the parameters, as far as the statement says. */
  readonly parameterTypeOids: readonly number[]
  readonly query: InnerQuery
  /** The whole statement, as pg_prepared_statements shows it. */
  readonly text: string
}

export interface ExecuteCommand {
  readonly kind: 'execute'
  readonly name: string
  /** Expressions, as they were written. */
  readonly values: readonly string[]
}

/** EXPLAIN of a statement that the session knows by name. */
export interface ExplainExecuteCommand {
  readonly kind: 'explainExecute'
  /** EXPLAIN and its options, as they were written. */
  readonly explain: string
  readonly execute: ExecuteCommand
}

/** What may be prepared by PREPARE; what of it is not for a node that only reads, its engine refuses. */
const preparable = ['select', 'values', 'with', 'table', 'insert', 'update', 'delete', 'merge']

/** PREPARE name [(type, …)] AS query. Undefined for PREPARE TRANSACTION, which is another command. */
export function readPrepare(tokens: TokenCursor): PrepareCommand | undefined {
  const name = tokens.name()
  if (name === 'transaction' && tokens.kind === 'string') return undefined
  const parameterTypeOids: number[] = []
  if (tokens.acceptSymbol('(')) {
    do parameterTypeOids.push(readType(tokens))
    while (tokens.acceptSymbol(','))
    if (!tokens.acceptSymbol(')')) throw tokens.syntaxError()
  }
  if (!tokens.accept('as')) throw tokens.syntaxError()
  if (!tokens.isAt('(') && !preparable.includes(tokens.keyword)) throw tokens.syntaxError()
  const query = innerQuery(tokens)
  tokens.skipToEnd()
  return { kind: 'prepare', name, parameterTypeOids, query, text: tokens.text }
}

/** EXECUTE name [(expression, …)] */
export function readExecute(tokens: TokenCursor): ExecuteCommand {
  const name = tokens.name()
  const values: string[] = []
  if (tokens.acceptSymbol('(')) {
    const end = tokens.closingParenthesis()
    do values.push(readExpression(tokens, end))
    while (tokens.acceptSymbol(','))
    if (!tokens.acceptSymbol(')')) throw tokens.syntaxError()
  }
  return { kind: 'execute', name, values }
}

/** EXPLAIN … EXECUTE name [(expression, …)]. Undefined for an EXPLAIN of anything else. */
export function readExplainExecute(tokens: TokenCursor): ExplainExecuteCommand | undefined {
  if (tokens.acceptSymbol('(')) {
    // What is no list of options is a query in parentheses.
    tokens.skipTo(tokens.closingParenthesis())
    tokens.skip()
  }
  while (tokens.acceptOneOf('analyze', 'analyse', 'verbose') !== undefined);
  const explain = tokens.text.slice(0, tokens.offset)
  return tokens.accept('execute')
    ? { kind: 'explainExecute', explain, execute: readExecute(tokens) }
    : undefined
}

/** To the next comma that stands in no parenthesis or bracket, or to `end`. */
function readExpression(tokens: TokenCursor, end: number): string {
  const start = tokens.offset
  let depth = 0
  while (tokens.offset < end && (depth > 0 || !tokens.isAt(','))) {
    if (tokens.isAt('(', '[')) depth++
    if (tokens.isAt(')', ']')) depth--
    tokens.skip()
  }
  if (tokens.offset === start) throw tokens.syntaxError()
  return tokens.text.slice(start, tokens.offset).trim()
}
