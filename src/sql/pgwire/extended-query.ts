import { EverportError } from '../../base/errors.ts'
import type { Format, ParameterValue, PreparedStatement } from '../engine/engine.ts'
import { classifyStatement } from '../statements/classify.ts'
import { splitStatements } from '../statements/split.ts'
import { checkRoomForPortal } from './cursors.ts'
import { engineText, engineUse, ownCommand } from './engine-use.ts'
import type { Bind } from './messages/frontend/bind.ts'
import type { Execute } from './messages/frontend/execute.ts'
import type { Parse } from './messages/frontend/parse.ts'
import type { Target } from './messages/frontend/target.ts'
import type { Portal, Statement, StatementSource } from './portal.ts'
import { checkTransaction, columnsOf, runPortal } from './run-portal.ts'
import {
  dropPortal,
  dropStatement,
  failedTransactionError,
  rowDescription,
  send,
  startTimeout,
  stopTimeout,
} from './session-answers.ts'
import type { Effect } from './session-events.ts'
import type { Job, Session } from './session-state.ts'
import { checkLength } from './simple-query.ts'
import { checkRoomForStatement, statementNamed } from './statement-names.ts'

// Each of these may throw an EverportError; the machine then skips to the next Sync.

export function onParse(session: Session, message: Parse, out: Effect[]): void {
  const { name, text, parameterTypeOids } = message
  session.asked = { text, at: session.now }
  if (name === '') dropStatement(session, '', out)
  checkRoomForStatement(session, name)
  checkLength(session, text)
  if (parameterTypeOids.length > session.limits.parametersMax) throw tooManyParameters(session)
  const statements = splitStatements(text)
  if (statements.length > 1) {
    throw new EverportError('syntax_error', 'cannot insert multiple commands into a prepared statement')
  }
  const only = statements[0]
  if (only === undefined)
    return keepParsed(session, name, { source: { kind: 'empty' }, text, parameterTypeOids }, out)
  // The whole text, so that positions in errors are those of what the client sent; only a semicolon is left out.
  const whole = text.slice(0, only.offset + only.text.length)
  const command = classifyStatement(whole)
  const use = engineUse(session, command, whole)
  if (use === undefined) {
    const source: StatementSource = { kind: 'session', command: ownCommand(command) }
    checkTransaction(session, source)
    return keepParsed(session, name, { source, text, parameterTypeOids: [] }, out)
  }
  if (session.transaction?.failed === true) throw failedTransactionError()
  startTimeout(session, out)
  session.state = { kind: 'running', job: { kind: 'parse', name, text, use } }
  out.push({ kind: 'prepare', text: engineText(use, whole), parameterTypeOids })
}

export function onParsed(
  session: Session,
  { name, text, use }: Extract<Job, { kind: 'parse' }>,
  prepared: PreparedStatement,
  out: Effect[],
): void {
  stopTimeout(session, out)
  session.state = { kind: 'ready' }
  const source: StatementSource = { kind: 'engine', prepared, use, references: 1 }
  keepParsed(session, name, { source, text, parameterTypeOids: prepared.parameterTypeOids }, out)
}

function keepParsed(
  session: Session,
  name: string,
  statement: Pick<Statement, 'source' | 'text' | 'parameterTypeOids'>,
  out: Effect[],
): void {
  session.statements.set(name, { ...statement, isFromSql: false, preparedAt: session.now })
  send(out, { kind: 'ParseComplete' })
}

export function onBind(session: Session, message: Bind, out: Effect[]): void {
  const statement = statementNamed(session, message.statement)
  session.asked = { text: statement.text, at: session.now }
  checkTransaction(session, statement.source)
  if (message.portal === '') dropPortal(session, '', out)
  checkRoomForPortal(session, message.portal)
  const portal: Portal = {
    source: statement.source,
    parameters: boundParameters(message, statement),
    resultFormats: resultFormats(session, message, statement),
    progress: { kind: 'new' },
    cursor: undefined,
  }
  if (portal.source.kind === 'engine') portal.source.references++
  session.portals.set(message.portal, portal)
  send(out, { kind: 'BindComplete' })
}

function boundParameters(message: Bind, statement: Statement): ParameterValue[] {
  const { parameters, parameterFormats } = message
  if (parameterFormats.length > 1 && parameterFormats.length !== parameters.length) {
    throw new EverportError(
      'protocol_violation',
      `bind message has ${parameterFormats.length} parameter formats but ${parameters.length} parameters`,
    )
  }
  const needed = statement.parameterTypeOids.length
  if (parameters.length !== needed) {
    throw new EverportError(
      'protocol_violation',
      `bind message supplies ${parameters.length} parameters, but prepared statement "${message.statement}" requires ${needed}`,
    )
  }
  return parameters.map((bytes, i) => {
    const format = checkedFormat(formatAt(parameterFormats, i))
    return bytes === null ? null : { format, bytes }
  })
}

function resultFormats(session: Session, message: Bind, statement: Statement): Format[] {
  const asked = message.resultFormats
  const columns = columnsOf(session, statement.source) ?? []
  if (asked.length > 1 && asked.length !== columns.length) {
    throw new EverportError(
      'protocol_violation',
      `bind message has ${asked.length} result formats but query has ${columns.length} columns`,
    )
  }
  return columns.map((_, i) => checkedFormat(formatAt(asked, i)))
}

/** None: text. One: for all. */
function formatAt(formats: readonly number[], index: number): number {
  return formats.length === 1 ? (formats[0] ?? 0) : (formats[index] ?? 0)
}

function checkedFormat(format: number): Format {
  if (format === 0 || format === 1) return format
  throw new EverportError('invalid_input', `unsupported format code: ${format}`)
}

export function onDescribe(session: Session, target: Target, out: Effect[]): void {
  if (target.of === 'statement') {
    const { source, parameterTypeOids } = statementNamed(session, target.name)
    checkDescribable(session, source)
    send(out, { kind: 'ParameterDescription', typeOids: parameterTypeOids })
    return describe(session, source, [], out)
  }
  const { source, resultFormats: formats, cursor } = portalNamed(session, target.name)
  if (cursor !== undefined && source.kind === 'engine') {
    checkTransaction(session, source)
    const { columns = [] } = source.prepared
    const chosen = cursor.formats ?? columns.map((): Format => (cursor.isBinary ? 1 : 0))
    send(out, rowDescription(columns, chosen))
    return
  }
  checkDescribable(session, source)
  describe(session, source, formats, out)
}

/** As in PostgreSQL: in a failed transaction block only what returns no rows is described. */
function checkDescribable(session: Session, source: StatementSource): void {
  if (columnsOf(session, source) !== undefined) checkTransaction(session, source)
}

function describe(
  session: Session,
  source: StatementSource,
  formats: readonly Format[],
  out: Effect[],
): void {
  const columns = columnsOf(session, source)
  send(out, columns === undefined ? { kind: 'NoData' } : rowDescription(columns, formats))
}

export function onExecute(session: Session, message: Execute, out: Effect[]): void {
  const portal = portalNamed(session, message.portal)
  checkTransaction(session, portal.source)
  const rowsLeft = message.rowsMax > 0 ? message.rowsMax : Number.POSITIVE_INFINITY
  const none = { reading: undefined, copy: undefined, query: undefined, statement: undefined }
  runPortal(session, { portal, rowsLeft, rowsSent: 0, ...none }, out)
}

/** It is no error to close what is not there. */
export function onClose(session: Session, target: Target, out: Effect[]): void {
  if (target.of === 'statement') dropStatement(session, target.name, out)
  else dropPortal(session, target.name, out)
  send(out, { kind: 'CloseComplete' })
}

function portalNamed(session: Session, name: string): Portal {
  const portal = session.portals.get(name)
  if (portal !== undefined) return portal
  throw new EverportError('undefined_portal', `portal "${name}" does not exist`)
}

function tooManyParameters(session: Session): EverportError {
  const { parametersMax } = session.limits
  return new EverportError('message_too_large', `a statement may have at most ${parametersMax} parameters`)
}
