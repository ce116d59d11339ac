import { EverportError, errorTable, renderForPostgres } from '../../base/errors.ts'
import type { Column, Format } from '../engine/engine.ts'
import { parseDurationMs } from '../statements/setting-checks.ts'
import { startIdleTimeout, stopIdleTimeout } from './idle-timeout.ts'
import type { TransactionStatus } from './messages/backend/ready-for-query.ts'
import type { BackendMessage } from './messages/backend.ts'
import type { Portal, StatementSource } from './portal.ts'
import type { Effect } from './session-events.ts'
import { changedReports, settingValue } from './session-settings.ts'
import type { Session } from './session-state.ts'

/** What every part of the machine answers with. */
export function send(out: Effect[], message: BackendMessage): void {
  out.push({ kind: 'send', message })
}

export function transactionStatus(session: Session): TransactionStatus {
  if (session.transaction === undefined) return 'I'
  return session.transaction.failed ? 'E' : 'T'
}

/** The statement is refused; the session lives on. A transaction block is failed from here on. */
export function sendError(session: Session, error: EverportError, out: Effect[]): void {
  stopTimeout(session, out)
  const shown = error.code === 'query_cancelled' ? cancelled(session) : error
  session.cancelReason = undefined
  if (session.transaction !== undefined) session.transaction.failed = true
  send(out, { kind: 'ErrorResponse', fields: renderForPostgres(shown, 'ERROR') })
}

/** The session is over. */
export function sendFatal(session: Session, error: EverportError, out: Effect[]): void {
  send(out, { kind: 'ErrorResponse', fields: renderForPostgres(error, 'FATAL') })
  endSession(session, out)
}

export function endSession(session: Session, out: Effect[]): void {
  stopTimeout(session, out)
  stopIdleTimeout(session, out)
  if (session.state.kind === 'running') out.push({ kind: 'cancelEngine' })
  session.state = { kind: 'ended' }
  session.statements.clear()
  session.portals.clear()
  out.push({ kind: 'end' })
}

export function sendNotice(
  out: Effect[],
  code: 'no_active_transaction' | 'active_transaction',
  message: string,
): void {
  const fields: [string, string][] = [
    ['S', 'WARNING'],
    ['V', 'WARNING'],
    ['C', errorTable[code].sqlState],
    ['M', message],
  ]
  send(out, { kind: 'NoticeResponse', fields })
}

/** PostgreSQL's client_min_messages, from which on a NOTICE is not sent. */
const withoutNotices = new Set(['warning', 'error'])

export function sendProgress(
  session: Session,
  notice: { readonly message: string; readonly detail: string },
  out: Effect[],
): void {
  if (withoutNotices.has(settingValue(session.settings.current, 'client_min_messages').toLowerCase())) return
  const fields: [string, string][] = [
    ['S', 'NOTICE'],
    ['V', 'NOTICE'],
    ['C', '00000'],
    ['M', notice.message],
  ]
  if (notice.detail !== '') fields.push(['D', notice.detail])
  send(out, { kind: 'NoticeResponse', fields })
}

/** The end of a round: the client may go on. Outside a transaction block no portal lives longer. */
export function sendReady(session: Session, out: Effect[]): void {
  session.state = { kind: 'ready' }
  session.isInSeries = false
  // What set_config set for a transaction is over with it.
  const { settings } = session
  if (session.transaction === undefined && settings.current !== settings.lasting)
    session.settings = { ...settings, current: settings.lasting }
  for (const { name, value } of changedReports(session.reported, session.settings.current)) {
    send(out, { kind: 'ParameterStatus', name, value })
  }
  session.reported = session.settings.current
  if (session.transaction === undefined) closePortals(session, out, endsWithTransaction)
  send(out, { kind: 'ReadyForQuery', status: transactionStatus(session) })
  if (session.isDraining && session.transaction === undefined) sendFatal(session, shutdownError(), out)
  else startIdleTimeout(session, out)
}

/** In text, which most results are in. The columns of a statement stay the same as long as it does. */
const textDescriptions = new WeakMap<readonly Column[], BackendMessage>()

export function rowDescription(columns: readonly Column[], formats: readonly Format[]): BackendMessage {
  const isText = formats.every(format => format === 0)
  const known = isText ? textDescriptions.get(columns) : undefined
  if (known !== undefined) return known
  const message: BackendMessage = {
    kind: 'RowDescription',
    fields: columns.map((column, i) => ({ ...column, format: formats[i] ?? 0 })),
  }
  if (isText) textDescriptions.set(columns, message)
  return message
}

/** PostgreSQL counts rows in the tags of these commands only. */
const countedTags = new Set(['SELECT', 'FETCH', 'MOVE', 'COPY', 'UPDATE', 'DELETE', 'MERGE'])

export function completionTag(commandTag: string, rowCount: number): string {
  if (commandTag === 'INSERT') return `INSERT 0 ${rowCount}`
  return countedTags.has(commandTag) ? `${commandTag} ${rowCount}` : commandTag
}

export function releaseSource(source: StatementSource, out: Effect[]): void {
  if (source.kind !== 'engine') return
  source.references--
  if (source.references === 0) out.push({ kind: 'closeStatement', statement: source.prepared })
}

/** A portal that was never put under a name is closed the same way. */
export function closePortal(portal: Portal, out: Effect[]): void {
  if (portal.progress.kind === 'open') {
    out.push({ kind: 'closeExecution', execution: portal.progress.execution })
  }
  portal.progress = { kind: 'done' }
  releaseSource(portal.source, out)
}

export function closePortals(
  session: Session,
  out: Effect[],
  isOver: (portal: Portal) => boolean = () => true,
): void {
  for (const [name, portal] of session.portals) {
    if (!isOver(portal)) continue
    session.portals.delete(name)
    closePortal(portal, out)
  }
}

/** What ends with a transaction: everything but cursors WITH HOLD. */
export function endsWithTransaction(portal: Portal): boolean {
  return portal.cursor?.isHeld !== true
}

export function dropPortal(session: Session, name: string, out: Effect[]): void {
  const portal = session.portals.get(name)
  if (portal === undefined) return
  session.portals.delete(name)
  closePortal(portal, out)
}

export function dropStatement(session: Session, name: string, out: Effect[]): void {
  const statement = session.statements.get(name)
  if (statement === undefined) return
  session.statements.delete(name)
  releaseSource(statement.source, out)
}

export function noStatement(name: string): EverportError {
  const message =
    name === '' ? 'unnamed prepared statement does not exist' : `prepared statement "${name}" does not exist`
  return new EverportError('undefined_statement', message)
}

/** Counts from the first thing the engine is asked for a statement until its answer is complete. */
export function startTimeout(session: Session, out: Effect[]): void {
  if (session.isTimed || !session.settings.current.has('statement_timeout')) return
  const timeoutMs = parseDurationMs(settingValue(session.settings.current, 'statement_timeout')) ?? 0
  if (timeoutMs === 0) return
  session.isTimed = true
  out.push({ kind: 'statementTimeout', timeoutMs })
}

export function stopTimeout(session: Session, out: Effect[]): void {
  if (!session.isTimed) return
  session.isTimed = false
  out.push({ kind: 'statementTimeout', timeoutMs: 0 })
}

export function shutdownError(): EverportError {
  return new EverportError('admin_shutdown', 'terminating connection due to administrator command')
}

export function failedTransactionError(): EverportError {
  return new EverportError(
    'in_failed_transaction',
    'current transaction is aborted, commands ignored until end of transaction block',
  )
}

function cancelled(session: Session): EverportError {
  const why = session.cancelReason === 'timeout' ? 'statement timeout' : 'user request'
  return new EverportError('query_cancelled', `canceling statement due to ${why}`)
}
