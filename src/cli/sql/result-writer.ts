import { unreachable } from '../../base/assert.ts'
import type { ResultColumn, Row } from '../../sql/client/result.ts'
import { csvLine } from '../csv.ts'
import { jsonObjects } from '../json.ts'
import {
  expandedRow,
  layoutTable,
  type TableLayout,
  type TableStyle,
  tableColumn,
  tableFooter,
  tableHeader,
  tableRow,
} from '../table.ts'
import { visibleText } from '../text-width.ts'
import type { OutputFormat } from './options.ts'
import type { Output } from './output.ts'

/** Takes one statement's result while it arrives. Nothing is written before the first row or the end, and never more is held than a batch. */
export interface ResultWriter {
  columns(columns: readonly ResultColumn[]): void
  rows(rows: readonly Row[]): Promise<void>
  complete(commandTag: string): Promise<void>
}

export interface ResultStyle {
  readonly format: OutputFormat
  readonly nullText: string
  readonly expanded: boolean
}

/** Rows that a table's column widths are taken from. */
export const layoutRowsMax = 1000

export function resultWriter(output: Output, style: ResultStyle): ResultWriter {
  switch (style.format) {
    case 'csv':
      return csvWriter(output)
    case 'json':
      return jsonWriter(output)
    case 'table':
      return style.expanded ? expandedWriter(output, style) : tableWriter(output, style)
    default:
      return unreachable(style.format)
  }
}

function tableWriter(output: Output, style: ResultStyle): ResultWriter {
  let columns: readonly ResultColumn[] | undefined
  let layout: TableLayout | undefined
  let waiting: Row[] = []
  let rowCount = 0
  const begin = (): string => {
    layout = layoutTable((columns ?? []).map(tableColumn), waiting, tableStyle(output, style))
    const text = tableHeader(layout) + rowsText(layout, waiting)
    waiting = []
    return text
  }
  return {
    columns(found) {
      columns = found
    },
    async rows(rows) {
      rowCount += rows.length
      if (layout !== undefined) return output.write(rowsText(layout, rows))
      for (const row of rows) waiting.push(row)
      if (waiting.length >= layoutRowsMax) await output.write(begin())
    },
    async complete(commandTag) {
      if (columns === undefined) return output.write(commandTag === '' ? '' : `${visibleText(commandTag)}\n`)
      const isLong = layout !== undefined
      const text = layout === undefined ? begin() : ''
      const note = isLong ? `(column widths are those of the first ${layoutRowsMax} rows)\n` : ''
      await output.write(`${text}${tableFooter(rowCount)}${note}\n`)
    },
  }
}

function rowsText(layout: TableLayout, rows: readonly Row[]): string {
  let text = ''
  for (const row of rows) text += tableRow(layout, row)
  return text
}

function expandedWriter(output: Output, style: ResultStyle): ResultWriter {
  let columns: readonly ResultColumn[] | undefined
  let rowCount = 0
  return {
    columns(found) {
      columns = found
    },
    rows(rows) {
      const tableColumns = (columns ?? []).map(tableColumn)
      let text = ''
      for (const row of rows) text += expandedRow(tableColumns, row, ++rowCount, tableStyle(output, style))
      return output.write(text)
    },
    complete(commandTag) {
      if (columns === undefined) return output.write(commandTag === '' ? '' : `${visibleText(commandTag)}\n`)
      return output.write(`${tableFooter(rowCount)}\n`)
    },
  }
}

function tableStyle(output: Output, style: ResultStyle): TableStyle {
  return { nullText: style.nullText, widthMax: output.widthMax() }
}

function csvWriter(output: Output): ResultWriter {
  let header: string | undefined
  const takeHeader = (): string => {
    const text = header ?? ''
    header = ''
    return text
  }
  const line = (cells: readonly (string | null)[]): string =>
    // Exact in a file; on a terminal, data must not be able to drive it.
    output.widthMax() === undefined ? csvLine(cells) : `${visibleText(csvLine(cells).slice(0, -2))}\n`
  return {
    columns(columns) {
      header = line(columns.map(column => column.name))
    },
    rows(rows) {
      let text = takeHeader()
      for (const row of rows) text += line(row)
      return output.write(text)
    },
    complete: () => output.write(takeHeader()),
  }
}

function jsonWriter(output: Output): ResultWriter {
  let render: ((row: Row) => string) | undefined
  let separator = '[\n'
  return {
    columns(columns) {
      render = jsonObjects(columns)
    },
    rows(rows) {
      let text = ''
      for (const row of rows) {
        text += separator + (render?.(row) ?? '')
        separator = ',\n'
      }
      return output.write(text)
    },
    async complete() {
      if (render === undefined) return
      await output.write(separator === '[\n' ? '[]\n' : '\n]\n')
    },
  }
}
