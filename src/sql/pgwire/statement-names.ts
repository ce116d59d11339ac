import { EverportError } from '../../base/errors.ts'
import type { ParameterValue, PreparedStatement } from '../engine/engine.ts'
import { classifyStatement } from '../statements/classify.ts'
import type { InnerQuery } from '../statements/inner-query.ts'
import type { ExecuteCommand, ExplainExecuteCommand, PrepareCommand } from '../statements/prepare-commands.ts'
import { rewrite } from '../statements/rewrite.ts'
import { splitStatements } from '../statements/split.ts'
import { TokenCursor } from '../statements/token-cursor.ts'
import { tokens } from '../statements/token-text.ts'
import { typeName } from '../statements/type-names.ts'
import type { Run, Statement, StatementSource } from './portal.ts'
import { noStatement, send, startTimeout, stopTimeout } from './session-answers.ts'
import type { Effect } from './session-events.ts'
import type { Session } from './session-state.ts'
import { rowsUse } from './set-config.ts'

// Statements that a session knows by name, whether Parse or PREPARE made them, and what EXECUTE gives them.

export function statementNamed(session: Session, name: string): Statement {
  const statement = session.statements.get(name)
  if (statement === undefined) throw noStatement(name)
  return statement
}

export function checkRoomForStatement({ statements, limits }: Session, name: string): void {
  if (name !== '' && statements.has(name)) {
    throw new EverportError('duplicate_statement', `prepared statement "${name}" already exists`)
  }
  if (statements.size >= limits.statementsMax) {
    const message = `a session may have at most ${limits.statementsMax} prepared statements`
    throw new EverportError('limit_exceeded', message)
  }
}

/** PREPARE: the engine is asked, and what it gives kept under the name. */
export function startPrepare(session: Session, run: Run, command: PrepareCommand, out: Effect[]): 'waiting' {
  checkRoomForStatement(session, command.name)
  startTimeout(session, out)
  session.state = { kind: 'running', job: { kind: 'keep', run, command } }
  const { query, parameterTypeOids } = command
  out.push({ kind: 'prepare', text: query.text, parameterTypeOids })
  return 'waiting'
}

export function keepPrepared(
  session: Session,
  run: Run,
  command: PrepareCommand,
  prepared: PreparedStatement,
  out: Effect[],
): 'done' {
  stopTimeout(session, out)
  const { name, text } = command
  const { parameterTypeOids } = prepared
  session.statements.set(name, {
    source: { kind: 'engine', prepared, use: rowsUse(command.query.text), references: 1 },
    // Those that were declared and are not used must be given values all the same.
    parameterTypeOids: [...parameterTypeOids, ...command.parameterTypeOids.slice(parameterTypeOids.length)],
    text,
    isFromSql: true,
    preparedAt: session.now,
  })
  run.portal.progress = { kind: 'done' }
  send(out, { kind: 'CommandComplete', tag: 'PREPARE' })
  return 'done'
}

export function isExecute(source: StatementSource): boolean {
  return source.kind === 'session' && source.command.kind === 'execute'
}

export function checkValueCount(
  { name, values }: ExecuteCommand,
  { parameterTypeOids: { length } }: Statement,
): void {
  // As in PostgreSQL, values that nobody asks for are not looked at.
  if (length === 0 || values.length === length) return
  throw new EverportError('syntax_error', `wrong number of parameters for prepared statement "${name}"`, {
    detail: `Expected ${length} parameters but got ${values.length}.`,
  })
}

/** The values of EXECUTE where all are constants, which is what drivers write; undefined when the engine must compute one. */
export function constantValues(
  values: readonly string[],
  typeOids: readonly number[],
): ParameterValue[] | undefined {
  const found: ParameterValue[] = []
  for (const [i, text] of values.entries()) {
    const value = constantValue(text, typeOids[i] ?? 0)
    if (value === undefined) return undefined
    found.push(value === null ? null : { format: 0, bytes: Buffer.from(value) })
  }
  return found
}

/** int8, int2, int4, float4, float8, numeric: an integer is written for them as it is. */
const numbers: ReadonlySet<number> = new Set([20, 21, 23, 700, 701, 1_700])

function constantValue(text: string, typeOid: number): string | null | undefined {
  if (text.toLowerCase() === 'null') return null
  if (/^-?\d{1,18}$/.test(text)) return numbers.has(typeOid) ? text : undefined
  if (!text.startsWith("'")) return undefined
  const cursor = new TokenCursor(text)
  return cursor.isLast ? cursor.value() : undefined
}

/** Its only row has the values. numeric has no one type in the engine, and is read from whatever text the value has. */
export function valuesQuery(values: readonly string[], typeOids: readonly number[]): string {
  return `SELECT ${values.map((text, i) => typedValue(text, typeOids[i] ?? 0)).join(', ')}`
}

function typedValue(text: string, typeOid: number): string {
  const type = typeOid === 1_700 ? undefined : typeName(typeOid)
  return type === undefined ? `(${text}\n)` : `CAST((${text}\n) AS ${type})`
}

/** EXPLAIN of the statement itself, with the values of EXECUTE in the place of its parameters: as in PostgreSQL, they are planned for. */
export function explainedStatement(
  session: Session,
  { explain, execute }: ExplainExecuteCommand,
): InnerQuery {
  const statement = statementNamed(session, execute.name)
  const text = queryOf(statement)
  if (text === undefined) {
    throw new EverportError(
      'feature_not_supported',
      `prepared statement "${execute.name}" is none that can be explained`,
    )
  }
  checkValueCount(execute, statement)
  const oids = statement.parameterTypeOids
  const edits = tokens(text).flatMap(({ kind, start, end, text: written }) => {
    if (kind !== 'parameter') return []
    const index = Number(written.slice(1)) - 1
    return [{ start, end, text: typedValue(execute.values[index] ?? 'NULL', oids[index] ?? 0) }]
  })
  return { text: explain + rewrite(text, edits).text.trim(), isMadeUp: true }
}

/** What the engine was asked for a statement; undefined where that is no query. */
function queryOf({ source, text, isFromSql }: Statement): string | undefined {
  if (source.kind !== 'engine' || source.use.kind !== 'rows' || source.use.query !== undefined)
    return undefined
  const only = splitStatements(text)[0]?.text ?? ''
  if (!isFromSql) return only
  const command = classifyStatement(only)
  return command.kind === 'prepare' ? command.query.text : undefined
}
