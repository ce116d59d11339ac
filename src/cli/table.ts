import { cutText, padText, textWidth, visibleText } from './text-width.ts'

/**
 * Aligned tables in the manner of psql. Widths come from the header and the first rows, since a long result is written while it
 * arrives; a wider cell of a later row is cut on a terminal, and pushes its line out of alignment in a file.
 */

export interface TableColumn {
  readonly name: string
  readonly align: 'left' | 'right'
}

export interface TableStyle {
  /** What NULL looks like. */
  readonly nullText: string
  /** Columns of the terminal; undefined in a file or pipe, where nothing is cut. */
  readonly widthMax: number | undefined
}

export interface TableLayout {
  readonly columns: readonly TableColumn[]
  readonly widths: readonly number[]
  readonly style: TableStyle
}

type Cells = readonly (string | null)[]

/** A cut column still shows this much, if it has it. */
const cutWidthMin = 8
const separatorWidth = 3

export function layoutTable(
  columns: readonly TableColumn[],
  firstRows: readonly Cells[],
  style: TableStyle,
): TableLayout {
  const widths = columns.map(column => textWidth(visibleText(column.name)))
  for (const row of firstRows) {
    for (let i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i] ?? 0, textWidth(cellText(row[i] ?? null, style)))
    }
  }
  return { columns, widths: fitWidths(widths, style.widthMax), style }
}

/** Takes from the widest column until the line fits or every column is at its smallest. */
function fitWidths(widths: readonly number[], widthMax: number | undefined): number[] {
  const fitted = [...widths]
  if (widthMax === undefined) return fitted
  let excess = fitted.reduce((sum, width) => sum + width + separatorWidth, 0) - 1 - widthMax
  while (excess > 0) {
    const widest = fitted.indexOf(Math.max(...fitted))
    const rest = fitted.filter((_, i) => i !== widest)
    const width = fitted[widest] ?? 0
    const next = Math.max(cutWidthMin, Math.min(width - 1, Math.max(0, ...rest)), width - excess)
    if (next >= width) break
    fitted[widest] = next
    excess -= width - next
  }
  return fitted
}

export function tableHeader(layout: TableLayout): string {
  const names = layout.columns.map((column, i) => {
    const width = layout.widths[i] ?? 0
    const name = cutText(visibleText(column.name), Math.max(1, width))
    const before = Math.floor((width - textWidth(name)) / 2)
    return padText(' '.repeat(Math.max(0, before)) + name, width, 'left')
  })
  return `${line(names)}\n${layout.widths.map(width => '-'.repeat(width + 2)).join('+')}\n`
}

export function tableRow(layout: TableLayout, row: Cells): string {
  const cells = layout.columns.map((column, i) => {
    const width = layout.widths[i] ?? 0
    const text = cellText(row[i] ?? null, layout.style)
    return padText(layout.style.widthMax === undefined ? text : cutText(text, width), width, column.align)
  })
  return `${line(cells)}\n`
}

function line(cells: readonly string[]): string {
  return ` ${cells.join(' | ')}`.trimEnd()
}

function cellText(cell: string | null, style: TableStyle): string {
  return cell === null ? style.nullText : visibleText(cell)
}

export function tableFooter(rowCount: number): string {
  return `(${rowCount} row${rowCount === 1 ? '' : 's'})\n`
}

/** One line a column, for rows that are too wide to read side by side. `rowNumber` begins at 1. */
export function expandedRow(
  columns: readonly TableColumn[],
  row: Cells,
  rowNumber: number,
  style: TableStyle,
): string {
  const names = columns.map(column => visibleText(column.name))
  const nameWidth = Math.max(0, ...names.map(textWidth))
  const valueWidth =
    style.widthMax === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(cutWidthMin, style.widthMax - nameWidth - separatorWidth)
  const title = `-[ RECORD ${rowNumber} ]`
  const lines = names.map((name, i) => {
    const value = cutText(cellText(row[i] ?? null, style), valueWidth)
    return `${padText(name, nameWidth, 'left')} | ${value}`.trimEnd()
  })
  return `${[title.padEnd(nameWidth + separatorWidth, '-'), ...lines].join('\n')}\n`
}

/** PostgreSQL types whose values read best with their last digits under each other. */
const numericTypeOids = new Set([20, 21, 23, 26, 700, 701, 790, 1700])

export function tableColumn(column: { readonly name: string; readonly typeOid: number }): TableColumn {
  return { name: column.name, align: numericTypeOids.has(column.typeOid) ? 'right' : 'left' }
}
