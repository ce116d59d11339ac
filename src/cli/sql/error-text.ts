import type { ServerReport } from '../../sql/client/postgres-error.ts'
import { textWidth, visibleText } from '../text-width.ts'

/** Code points shown on either side of the place of an error in a long line. */
const aroundMax = 40

/** An error or notice in the manner of psql, with the line of the statement and a caret below the place. */
export function reportText(report: ServerReport, statement: string | undefined): string {
  const lines = [`${report.severity}:  ${visibleText(report.message)}`]
  if (report.position !== undefined && statement !== undefined)
    lines.push(...place(statement, report.position))
  if (report.detail !== undefined) lines.push(`DETAIL:  ${visibleText(report.detail)}`)
  if (report.hint !== undefined) lines.push(`HINT:  ${visibleText(report.hint)}`)
  return `${lines.join('\n')}\n`
}

/** `position` counts code points of the whole statement, from 1. */
function place(statement: string, position: number): string[] {
  const points = Array.from(statement)
  if (position > points.length + 1) return []
  const index = position - 1
  const lineStart = points.slice(0, index).lastIndexOf('\n') + 1
  const nextEnd = points.indexOf('\n', index)
  const lineEnd = nextEnd < 0 ? points.length : nextEnd
  const number = points.slice(0, lineStart).filter(point => point === '\n').length + 1
  const from = Math.max(lineStart, index - aroundMax)
  const to = Math.min(lineEnd, index + aroundMax)
  const text = (start: number, end: number): string =>
    visibleText(points.slice(start, end).join('').replaceAll('\t', ' '))
  const before = `LINE ${number}: ${from > lineStart ? '…' : ''}`
  return [
    `${before}${text(from, to)}${to < lineEnd ? '…' : ''}`,
    `${' '.repeat(textWidth(before) + textWidth(text(from, index)))}^`,
  ]
}
