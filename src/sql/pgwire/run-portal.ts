import { EverportError } from '../../base/errors.ts'
import type { Column, Execution, RowBatch } from '../engine/engine.ts'
import { parseDurationMs } from '../statements/setting-checks.ts'
import {
  closePortal,
  completionTag,
  failedTransactionError,
  rowDescription,
  send,
  stopTimeout,
} from './session-answers.ts'
import { commandColumns, endsFailure, runCommand } from './session-commands.ts'
import { settingValue } from './session-settings.ts'
import type { Effect, Portal, Run, Session, StatementSource } from './session-state.ts'

/** How a portal answers now: at once, or after the engine did. */
export type RunOutcome = 'done' | 'waiting'

export function columnsOf(source: StatementSource): readonly Column[] | undefined {
  if (source.kind === 'engine') return source.prepared.columns
  return source.kind === 'session' ? commandColumns(source.command) : undefined
}

/** In a failed transaction block only its end is taken. */
export function checkTransaction(session: Session, source: StatementSource): void {
  if (session.transaction?.failed !== true || source.kind === 'empty') return
  if (source.kind === 'engine' || !endsFailure(source.command)) throw failedTransactionError()
}

/** May throw an EverportError. */
export function runPortal(session: Session, run: Run, out: Effect[]): RunOutcome {
  const { portal } = run
  const { source, progress } = portal
  switch (progress.kind) {
    case 'new':
      return startPortal(session, run, out)
    case 'open':
      fetchMore(session, run, progress.execution, out)
      return 'waiting'
    case 'rows':
      sendOwnRows(run, progress, out)
      return 'done'
    case 'done':
      if (columnsOf(source) === undefined) {
        throw new EverportError('undefined_portal', 'portal cannot be run again')
      }
      sendComplete(portal, 0, out)
      return 'done'
  }
}

function startPortal(session: Session, run: Run, out: Effect[]): RunOutcome {
  const { portal } = run
  const { source } = portal
  if (source.kind === 'engine') {
    startTimeout(session, out)
    session.state = { kind: 'running', job: { kind: 'run', run } }
    const { parameters, resultFormats } = portal
    out.push({ kind: 'execute', statement: source.prepared, parameters, resultFormats })
    return 'waiting'
  }
  if (source.kind === 'empty') {
    send(out, { kind: 'EmptyQueryResponse' })
    return 'done'
  }
  // Marked first: a command that ends the transaction block closes every portal.
  portal.progress = { kind: 'done' }
  const { tag, rows } = runCommand(session, source.command, out)
  if (run.query !== undefined) describeFor(run, out)
  sendOwnRows(run, { kind: 'rows', rows, next: 0, tag }, out)
  return 'done'
}

/** A simple query is told its columns with the result. */
function describeFor(run: Run, out: Effect[]): void {
  const columns = columnsOf(run.portal.source)
  if (columns !== undefined) send(out, rowDescription(columns, run.portal.resultFormats))
}

type OwnRows = Extract<Portal['progress'], { kind: 'rows' }>

function sendOwnRows(run: Run, progress: OwnRows, out: Effect[]): void {
  let next = progress.next
  for (; next < progress.rows.length && run.rowsLeft > 0; next++) {
    const values = (progress.rows[next] ?? []).map(value => Buffer.from(value))
    send(out, { kind: 'DataRow', values })
    run.rowsLeft--
  }
  if (run.rowsLeft === 0) {
    run.portal.progress = { ...progress, next }
    send(out, { kind: 'PortalSuspended' })
    return
  }
  run.portal.progress = { kind: 'done' }
  send(out, { kind: 'CommandComplete', tag: progress.tag })
}

export function onExecuting(session: Session, run: Run, execution: Execution, out: Effect[]): void {
  run.portal.progress = { kind: 'open', execution }
  if (run.query !== undefined) describeFor(run, out)
  fetchMore(session, run, execution, out)
}

/** Sends what came. 'suspended' when the client wanted no more for now. */
export function onRows(session: Session, run: Run, batch: RowBatch, out: Effect[]): 'suspended' | 'waiting' {
  run.rowsSent += batch.rowCount
  run.rowsLeft -= batch.rowCount
  out.push({ kind: 'sendRows', batch })
  if (run.rowsLeft <= 0) {
    stopTimeout(session, out)
    send(out, { kind: 'PortalSuspended' })
    return 'suspended'
  }
  if (run.portal.progress.kind === 'open') fetchMore(session, run, run.portal.progress.execution, out)
  return 'waiting'
}

export function onFinished(session: Session, run: Run, out: Effect[]): void {
  const { portal } = run
  stopTimeout(session, out)
  if (portal.progress.kind === 'open') {
    out.push({ kind: 'closeExecution', execution: portal.progress.execution })
  }
  portal.progress = { kind: 'done' }
  sendComplete(portal, run.rowsSent, out)
}

/** After an error a portal gives no more rows. Whose name it has stays known until the end of the transaction. */
export function abandonRun(run: Run, out: Effect[]): void {
  if (run.query !== undefined) return closePortal(run.portal, out)
  if (run.portal.progress.kind === 'open') {
    out.push({ kind: 'closeExecution', execution: run.portal.progress.execution })
  }
  run.portal.progress = { kind: 'done' }
}

function fetchMore(session: Session, run: Run, execution: Execution, out: Effect[]): void {
  startTimeout(session, out)
  session.state = { kind: 'running', job: { kind: 'run', run } }
  out.push({ kind: 'fetch', execution, rowsMax: Math.min(run.rowsLeft, session.limits.batchRowsMax) })
}

function sendComplete(portal: Portal, rowCount: number, out: Effect[]): void {
  const { source } = portal
  const word = source.kind === 'engine' ? source.prepared.commandTag : 'SHOW'
  send(out, { kind: 'CommandComplete', tag: completionTag(word, rowCount) })
}

/** Counts from the first thing the engine is asked for a statement until its answer is complete. */
export function startTimeout(session: Session, out: Effect[]): void {
  if (session.isTimed || !session.settings.current.has('statement_timeout')) return
  const timeoutMs = parseDurationMs(settingValue(session.settings.current, 'statement_timeout')) ?? 0
  if (timeoutMs === 0) return
  session.isTimed = true
  out.push({ kind: 'statementTimeout', timeoutMs })
}
