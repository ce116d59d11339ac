import type { Node, WindowDef } from 'libpg-query'
import { identifier } from '../../base/sql-text.ts'
import { printExpression, printList } from './print-expression.ts'
import { printSortKeys } from './print-select.ts'
import { type Translation } from './translation.ts'

/** Bits of `frameOptions` (PostgreSQL's parsenodes.h). */
const frame = {
  nonDefault: 0x1,
  range: 0x2,
  rows: 0x4,
  groups: 0x8,
  startUnboundedPreceding: 0x20,
  endUnboundedFollowing: 0x100,
  startCurrentRow: 0x200,
  endCurrentRow: 0x400,
  startPreceding: 0x800,
  endPreceding: 0x1000,
  startFollowing: 0x2000,
  endFollowing: 0x4000,
  excludeCurrentRow: 0x8000,
  excludeGroup: 0x10000,
  excludeTies: 0x20000,
} as const

/** `name AS (…)` of a WINDOW clause. */
export function printNamedWindow(node: Node, translation: Translation): string {
  if (!('WindowDef' in node)) return ''
  return `${identifier(node.WindowDef.name ?? '')} AS ${printDefinition(node.WindowDef, translation)}`
}

/** What stands behind OVER. */
export function printOver(window: WindowDef, translation: Translation): string {
  return window.name === undefined ? printDefinition(window, translation) : identifier(window.name)
}

function printDefinition(window: WindowDef, translation: Translation): string {
  const parts: string[] = []
  if (window.refname !== undefined) parts.push(identifier(window.refname))
  const { partitionClause, orderClause } = window
  if (partitionClause !== undefined) parts.push(`PARTITION BY ${printList(partitionClause, translation)}`)
  if (orderClause !== undefined) parts.push(`ORDER BY ${printSortKeys(orderClause, translation)}`)
  const options = window.frameOptions ?? 0
  if ((options & frame.nonDefault) !== 0) parts.push(printFrame(options, window, translation))
  return `(${parts.join(' ')})`
}

function printFrame(options: number, window: WindowDef, translation: Translation): string {
  const has = (bit: number): boolean => (options & bit) !== 0
  const unit = has(frame.rows) ? 'ROWS' : has(frame.groups) ? 'GROUPS' : 'RANGE'
  const offset = (node: Node | undefined): string =>
    node === undefined ? '' : printExpression(node, translation)
  const start = has(frame.startUnboundedPreceding)
    ? 'UNBOUNDED PRECEDING'
    : has(frame.startCurrentRow)
      ? 'CURRENT ROW'
      : `${offset(window.startOffset)} ${has(frame.startPreceding) ? 'PRECEDING' : 'FOLLOWING'}`
  const end = has(frame.endUnboundedFollowing)
    ? 'UNBOUNDED FOLLOWING'
    : has(frame.endPreceding)
      ? `${offset(window.endOffset)} PRECEDING`
      : has(frame.endFollowing)
        ? `${offset(window.endOffset)} FOLLOWING`
        : 'CURRENT ROW'
  const exclude = has(frame.excludeCurrentRow)
    ? ' EXCLUDE CURRENT ROW'
    : has(frame.excludeGroup)
      ? ' EXCLUDE GROUP'
      : has(frame.excludeTies)
        ? ' EXCLUDE TIES'
        : ''
  return `${unit} BETWEEN ${start} AND ${end}${exclude}`
}
