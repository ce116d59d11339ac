/** CSV as in RFC 4180: CRLF line ends, quotes only where needed. NULL is an empty field, an empty text is "". */

const needsQuotes = /[",\r\n]|^$|^\s|\s$/

export function csvLine(cells: readonly (string | null)[]): string {
  let line = ''
  for (let i = 0; i < cells.length; i++) {
    if (i > 0) line += ','
    line += csvCell(cells[i] ?? null)
  }
  return `${line}\r\n`
}

function csvCell(cell: string | null): string {
  if (cell === null) return ''
  return needsQuotes.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
