import { EverportError } from '../../base/errors.ts'
import type { Column, Format, ParameterValue } from '../engine/engine.ts'
import type { CloseCommand, DeclareCommand, FetchCommand } from '../statements/cursor-commands.ts'
import type { Cursor, CursorReading, Portal, StatementSource } from './portal.ts'
import { closePortals, dropPortal } from './session-answers.ts'
import type { Effect } from './session-events.ts'
import type { Session } from './session-state.ts'

type EngineSource = Extract<StatementSource, { kind: 'engine' }>

/**
 * Cursors are portals that a statement names. They stream: rows that are read are gone, so a cursor only goes forward, as PostgreSQL's
 * with NO SCROLL. What runs is started by the first FETCH.
 */

/** DECLARE. The portal shares what the engine prepared with the statement. May throw an EverportError. */
export function declareCursor(
  session: Session,
  source: EngineSource,
  command: DeclareCommand,
  parameters: readonly ParameterValue[],
): void {
  const { name, isBinary, isHeld, isScroll } = command
  const block = session.transaction
  if (isScroll) {
    throw new EverportError('feature_not_supported', 'SCROLL cursors are not supported', {
      hint: 'Rows are streamed; declare the cursor without SCROLL and read it forward.',
    })
  }
  if (block === undefined && !isHeld) {
    throw new EverportError('no_active_transaction', 'DECLARE CURSOR can only be used in transaction blocks')
  }
  checkRoomForPortal(session, name)
  const cursor: Cursor = { name, isBinary, isHeld, block, formats: undefined, position: 0, isAtEnd: false }
  source.references++
  session.portals.set(name, { source, parameters, resultFormats: [], progress: { kind: 'new' }, cursor })
}

export function checkRoomForPortal({ portals, limits }: Session, name: string): void {
  if (portals.has(name)) throw new EverportError('duplicate_portal', `cursor "${name}" already exists`)
  if (portals.size < limits.portalsMax) return
  throw new EverportError('limit_exceeded', `a session may have at most ${limits.portalsMax} portals`)
}

export function closeCursor(session: Session, { cursor }: CloseCommand, out: Effect[]): string {
  if (cursor === undefined) {
    closePortals(session, out)
    return 'CLOSE CURSOR ALL'
  }
  if (!session.portals.has(cursor)) throw noCursor(cursor)
  dropPortal(session, cursor, out)
  return 'CLOSE CURSOR'
}

/** Undefined when there is none of that name, or none that gives rows. */
export function cursorColumns(session: Session, { cursor }: FetchCommand): readonly Column[] | undefined {
  const source = session.portals.get(cursor)?.source
  return source?.kind === 'engine' && source.use.kind !== 'copy' ? source.prepared.columns : undefined
}

/** What a FETCH or MOVE has to read. May throw an EverportError. */
export function startReading(
  session: Session,
  command: FetchCommand,
  formats: readonly Format[],
): CursorReading {
  const portal = session.portals.get(command.cursor)
  const columns = cursorColumns(session, command)
  if (portal === undefined || columns === undefined) throw noCursor(command.cursor)
  const { cursor } = portal
  // A portal that Bind made has its formats already.
  if (cursor !== undefined) chooseFormats(cursor, columns, formats, command.kind)
  return { command, cursor: portal, count: 0, ...distance(command, cursor) }
}

/** The first FETCH decides, since rows are made once; MOVE shows none. */
function chooseFormats(
  cursor: Cursor,
  columns: readonly Column[],
  asked: readonly Format[],
  kind: FetchCommand['kind'],
): void {
  const formats = columns.map((_, i): Format => (cursor.isBinary ? 1 : (asked[i] ?? 0)))
  cursor.formats ??= formats
  if (kind === 'move' || cursor.formats.every((format, i) => format === formats[i])) return
  throw new EverportError(
    'feature_not_supported',
    `cursor "${cursor.name}" is read in another format already`,
    {
      hint: 'Read all of a cursor in the formats of its first FETCH.',
    },
  )
}

function distance(
  { to, count }: FetchCommand,
  cursor: Cursor | undefined,
): { readonly skip: number; readonly left: number } {
  const { position, isAtEnd } = cursor ?? { position: 0, isAtEnd: false }
  if (to === 'forward' && count > 0) return { skip: 0, left: count }
  if (to === 'relative' && count > 0) return { skip: count - 1, left: 1 }
  if (to === 'absolute' && count > position) return { skip: count - position - 1, left: 1 }
  // The row that the cursor is on, if any: before the first and behind the last row there is none.
  const isNowhere = position === 0 || isAtEnd
  if (count === 0 && (to === 'absolute' ? position === 0 && !isAtEnd : isNowhere)) return { skip: 0, left: 0 }
  throw new EverportError('wrong_state', 'cursor can only scan forward', {
    hint: 'Rows are streamed: what was read is gone.',
  })
}

/** Which portal the engine works for. */
export function workedPortal(run: {
  readonly portal: Portal
  readonly reading: CursorReading | undefined
}): Portal {
  return run.reading?.cursor ?? run.portal
}

/** Rows have come. */
export function advance(reading: CursorReading, rowCount: number): void {
  const { cursor } = reading.cursor
  if (cursor !== undefined) cursor.position += rowCount
  const skipped = Math.min(reading.skip, rowCount)
  reading.skip -= skipped
  reading.left -= rowCount - skipped
  reading.count += rowCount - skipped
}

export function noCursor(name: string): EverportError {
  return new EverportError('undefined_portal', `cursor "${name}" does not exist`)
}
