import { EverportError } from '../../base/errors.ts'
import type { Column, Execution, Format, ParameterValue, RowBatch } from '../engine/engine.ts'
import type { FetchCommand } from '../statements/cursor-commands.ts'
import type { ExecuteCommand } from '../statements/prepare-commands.ts'
import { createCopyEncoder } from './copy-encoder.ts'
import { advance, cursorColumns, declareCursor, startReading, workedPortal } from './cursors.ts'
import type { CursorReading, Portal, Run, Statement, StatementSource } from './portal.ts'
import {
  closePortal,
  completionTag,
  failedTransactionError,
  rowDescription,
  send,
  startTimeout,
  stopTimeout,
} from './session-answers.ts'
import { commandColumns, endsFailure, runCommand } from './session-commands.ts'
import type { Effect } from './session-events.ts'
import type { Session } from './session-state.ts'
import { settingsSet } from './set-config.ts'
import {
  checkValueCount,
  constantValues,
  isExecute,
  startPrepare,
  statementNamed,
  valuesQuery,
} from './statement-names.ts'

/** How a portal answers now: at once, or after the engine did. */
export type RunOutcome = 'done' | 'waiting'

/** Of the rows that a client is told of. */
export function columnsOf(session: Session, source: StatementSource): readonly Column[] | undefined {
  if (source.kind === 'engine') return source.use.kind === 'rows' ? source.prepared.columns : undefined
  if (source.kind === 'empty') return undefined
  const { command } = source
  if (command.kind === 'fetch') return cursorColumns(session, command)
  if (command.kind !== 'execute') return commandColumns(command)
  const named = session.statements.get(command.name)?.source
  return named === undefined || isExecute(named) ? undefined : columnsOf(session, named)
}

/** In a failed transaction block only its end is taken. */
export function checkTransaction(session: Session, source: StatementSource): void {
  if (session.transaction?.failed !== true || source.kind === 'empty') return
  if (source.kind === 'engine' || !endsFailure(source.command)) throw failedTransactionError()
}

/** May throw an EverportError. */
export function runPortal(session: Session, run: Run, out: Effect[]): RunOutcome {
  const { portal } = run
  const { progress } = portal
  switch (progress.kind) {
    case 'new':
      return startPortal(session, run, out)
    case 'open':
      fetchMore(session, run, progress.execution, out)
      return 'waiting'
    case 'rows':
      sendOwnRows(run, progress, out)
      return 'done'
    case 'reading':
      return readCursor(session, { ...run, reading: progress.reading }, out)
    case 'done':
      if (columnsOf(session, portal.source) === undefined) {
        throw new EverportError('undefined_portal', 'portal cannot be run again')
      }
      sendComplete(run, out)
      return 'done'
  }
}

function startPortal(session: Session, run: Run, out: Effect[]): RunOutcome {
  const { portal } = run
  const { source } = portal
  if (source.kind === 'engine') return startEngine(session, run, source, out)
  if (source.kind === 'empty') {
    send(out, { kind: 'EmptyQueryResponse' })
    return 'done'
  }
  const { command } = source
  if (command.kind === 'fetch' || command.kind === 'move') return startFetch(session, run, command, out)
  if (command.kind === 'prepare') return startPrepare(session, run, command, out)
  if (command.kind === 'execute') return startNamed(session, run, command, out)
  // Marked first: a command that ends the transaction block closes every portal.
  portal.progress = { kind: 'done' }
  const { tag, rows } = runCommand(session, command, out)
  if (run.query !== undefined) describeFor(session, run, portal.resultFormats, out)
  sendOwnRows(run, { kind: 'rows', rows, next: 0, tag }, out)
  return 'done'
}

/** EXECUTE: values that are more than constants are computed first. */
function startNamed(session: Session, run: Run, command: ExecuteCommand, out: Effect[]): RunOutcome {
  const statement = statementNamed(session, command.name)
  if (isExecute(statement.source)) {
    throw new EverportError(
      'feature_not_supported',
      `prepared statement "${command.name}" is an EXECUTE itself`,
    )
  }
  checkValueCount(command, statement)
  const oids = statement.parameterTypeOids
  const values = oids.length === 0 ? [] : constantValues(command.values, oids)
  if (values !== undefined) return becomeStatement(session, run, statement, values, out)
  startTimeout(session, out)
  session.state = { kind: 'running', job: { kind: 'evaluate', run, statement } }
  out.push({ kind: 'evaluate', text: valuesQuery(command.values, oids) })
  return 'waiting'
}

/** From here on the portal of an EXECUTE is one of the statement that it names. */
export function becomeStatement(
  session: Session,
  run: Run,
  { source }: Statement,
  values: readonly ParameterValue[],
  out: Effect[],
): RunOutcome {
  const { portal } = run
  portal.source = source
  portal.parameters = values
  if (source.kind === 'engine') source.references++
  checkTransaction(session, source)
  return runPortal(session, run, out)
}

type EngineSource = Extract<StatementSource, { kind: 'engine' }>

function startEngine(session: Session, run: Run, source: EngineSource, out: Effect[]): RunOutcome {
  const { portal } = run
  const { use, prepared } = source
  if (use.kind === 'declare') {
    declareCursor(session, source, use, portal.parameters)
    portal.progress = { kind: 'done' }
    send(out, { kind: 'CommandComplete', tag: 'DECLARE CURSOR' })
    return 'done'
  }
  if (use.kind === 'rows') {
    if (use.sets !== undefined) {
      const before = session.settings
      session.settings = settingsSet(session, use.sets, portal.parameters)
      run.settingsBefore = before
    }
    return execute(session, run, portal.resultFormats, out)
  }
  const columns = prepared.columns ?? []
  // A COPY is run to its end, however many rows were asked for.
  run.rowsLeft = Number.POSITIVE_INFINITY
  const format = use.options.format === 'binary' ? 1 : 0
  const copy = createCopyEncoder(use.options, columns)
  const formats = columns.map((): Format => format)
  return execute(session, { ...run, copy }, formats, out)
}

function execute(session: Session, run: Run, resultFormats: readonly Format[], out: Effect[]): RunOutcome {
  const { source, parameters } = workedPortal(run)
  if (source.kind !== 'engine') throw new EverportError('undefined_portal', 'portal cannot be run')
  startTimeout(session, out)
  session.state = { kind: 'running', job: { kind: 'run', run } }
  const { rowsLeft, reading, copy } = run
  const isForAll = rowsLeft === Number.POSITIVE_INFINITY && reading === undefined && copy === undefined
  const wanted = isForAll ? 'all' : 'asked'
  out.push({ kind: 'execute', statement: source.prepared, parameters, resultFormats, wanted })
  return 'waiting'
}

function startFetch(session: Session, run: Run, command: FetchCommand, out: Effect[]): RunOutcome {
  const { portal, query } = run
  const reading = startReading(session, command, portal.resultFormats)
  const formats = reading.cursor.cursor?.formats ?? reading.cursor.resultFormats
  if (query !== undefined && command.kind === 'fetch') describeFor(session, run, formats, out)
  portal.progress = { kind: 'reading', reading }
  return readCursor(session, { ...run, reading }, out)
}

/** Goes on with a cursor: until FETCH has its rows, or Execute those that it asked for, or there are no more. */
function readCursor(session: Session, run: Run & { reading: CursorReading }, out: Effect[]): RunOutcome {
  const { reading } = run
  const { progress, cursor } = reading.cursor
  if (reading.left <= 0 || progress.kind === 'done') {
    completeFetch(run, out)
    return 'done'
  }
  if (progress.kind === 'open') {
    fetchMore(session, run, progress.execution, out)
    return 'waiting'
  }
  return execute(session, run, cursor?.formats ?? reading.cursor.resultFormats, out)
}

function completeFetch(run: Run & { reading: CursorReading }, out: Effect[]): void {
  const { command, count } = run.reading
  run.portal.progress = { kind: 'done' }
  send(out, { kind: 'CommandComplete', tag: `${command.kind.toUpperCase()} ${count}` })
}

/** A simple query is told its columns with the result. */
function describeFor(session: Session, run: Run, formats: readonly Format[], out: Effect[]): void {
  const columns = columnsOf(session, run.portal.source)
  if (columns !== undefined) send(out, rowDescription(columns, formats))
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

export function onExecuting(session: Session, run: Run, execution: Execution, out: Effect[]): RunOutcome {
  if (execution.whole !== undefined) return onWhole(session, run, execution.whole, out)
  workedPortal(run).progress = { kind: 'open', execution }
  if (run.copy !== undefined) beginCopy(run, run.copy.header, out)
  else if (run.query !== undefined && run.reading === undefined) {
    describeFor(session, run, run.portal.resultFormats, out)
  }
  fetchMore(session, run, execution, out)
  return 'waiting'
}

/** Everything that there is to send came at once. */
function onWhole(session: Session, run: Run, batch: RowBatch, out: Effect[]): RunOutcome {
  if (run.query !== undefined) describeFor(session, run, run.portal.resultFormats, out)
  run.rowsSent += batch.rowCount
  if (batch.rowCount > 0) out.push({ kind: 'sendRows', batch })
  onFinished(session, run, out)
  return 'done'
}

function beginCopy({ portal }: Run, header: Uint8Array | undefined, out: Effect[]): void {
  const { source } = portal
  if (source.kind !== 'engine' || source.use.kind !== 'copy') return
  const format = source.use.options.format === 'binary' ? 1 : 0
  send(out, { kind: 'CopyOutResponse', format, columnCount: source.prepared.columns?.length ?? 0 })
  if (header !== undefined) send(out, { kind: 'CopyOutData', data: header })
}

/** Sends what came. 'waiting' while more is on its way; 'suspended' and 'complete' tell that the run has what was asked for. */
export function onRows(
  session: Session,
  run: Run,
  batch: RowBatch,
  out: Effect[],
): 'waiting' | 'suspended' | 'complete' {
  const { reading, copy } = run
  if (reading === undefined) {
    run.rowsSent += batch.rowCount
    run.rowsLeft -= batch.rowCount
    out.push({ kind: 'sendRows', batch: copy === undefined ? batch : copy.encode(batch) })
  } else {
    // A batch is either passed over or not: rows are asked for in this way.
    const isShown = reading.skip === 0 && reading.command.kind === 'fetch'
    if (reading.skip === 0) run.rowsLeft -= batch.rowCount
    advance(reading, batch.rowCount)
    if (isShown) out.push({ kind: 'sendRows', batch })
  }
  if (reading !== undefined && reading.left <= 0) {
    stopTimeout(session, out)
    completeFetch({ ...run, reading }, out)
    return 'complete'
  }
  if (run.rowsLeft <= 0) {
    stopTimeout(session, out)
    send(out, { kind: 'PortalSuspended' })
    return 'suspended'
  }
  const { progress } = workedPortal(run)
  if (progress.kind === 'open') fetchMore(session, run, progress.execution, out)
  return 'waiting'
}

export function onFinished(session: Session, run: Run, out: Effect[]): void {
  const portal = workedPortal(run)
  stopTimeout(session, out)
  if (portal.progress.kind === 'open') {
    out.push({ kind: 'closeExecution', execution: portal.progress.execution })
  }
  portal.progress = { kind: 'done' }
  const { reading, copy } = run
  if (reading !== undefined) {
    if (portal.cursor !== undefined) {
      portal.cursor.isAtEnd = true
      portal.cursor.position++
    }
    return completeFetch({ ...run, reading }, out)
  }
  if (copy !== undefined) {
    if (copy.trailer !== undefined) send(out, { kind: 'CopyOutData', data: copy.trailer })
    send(out, { kind: 'CopyOutDone' })
  }
  sendComplete(run, out)
}

/** After an error a portal gives no more rows. Whose name it has stays known until the end of the transaction. */
export function abandonRun(session: Session, run: Run, out: Effect[]): void {
  if (run.settingsBefore !== undefined) session.settings = run.settingsBefore
  endPortal(workedPortal(run), out)
  if (run.query !== undefined) closePortal(run.portal, out)
  else run.portal.progress = { kind: 'done' }
}

function endPortal(portal: Portal, out: Effect[]): void {
  if (portal.progress.kind === 'open') {
    out.push({ kind: 'closeExecution', execution: portal.progress.execution })
  }
  portal.progress = { kind: 'done' }
}

function fetchMore(session: Session, run: Run, execution: Execution, out: Effect[]): void {
  startTimeout(session, out)
  session.state = { kind: 'running', job: { kind: 'run', run } }
  out.push({ kind: 'fetch', execution, rowsMax: Math.min(rowsWanted(run), session.limits.batchRowsMax) })
}

function rowsWanted({ rowsLeft, reading }: Run): number {
  if (reading === undefined) return rowsLeft
  return reading.skip > 0 ? reading.skip : Math.min(rowsLeft, reading.left)
}

function sendComplete({ portal, copy, rowsSent }: Run, out: Effect[]): void {
  const { source } = portal
  const own = source.kind === 'session' && source.command.kind === 'fetch' ? 'FETCH' : 'SHOW'
  const word = copy !== undefined ? 'COPY' : source.kind === 'engine' ? source.prepared.commandTag : own
  send(out, { kind: 'CommandComplete', tag: completionTag(word, rowsSent) })
}
