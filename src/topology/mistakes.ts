/** One thing that is wrong in a file, and where. Lines and columns count from 1. */
export interface Mistake {
  /** As its reader named it. */
  readonly file: string
  readonly line: number
  readonly column: number
  /** How many characters of the line are meant. */
  readonly width: number
  /** The line itself; undefined when there is none to show. */
  readonly sourceLine: string | undefined
  /** Path of the value, such as `clusters[0].role`; empty for the whole file. */
  readonly where: string
  readonly found: string
  readonly expected: string
  readonly hint?: string
}

/** For a terminal: each mistake with its place in front, so that editors and terminals can jump to it, and with the line it is in. */
export function renderMistakes(mistakes: readonly Mistake[]): string {
  const count = mistakes.length === 1 ? '1 mistake' : `${mistakes.length} mistakes`
  return [...mistakes.map(renderMistake), `${mistakes[0]?.file ?? ''}: ${count}`].join('\n\n')
}

function renderMistake(mistake: Mistake): string {
  const subject = mistake.where === '' ? '' : `${mistake.where}: `
  const lines = [
    printable(
      `${mistake.file}:${mistake.line}:${mistake.column}: ${subject}found ${mistake.found}; expected ${mistake.expected}`,
    ),
    ...excerpt(mistake),
  ]
  if (mistake.hint !== undefined) lines.push(`  try: ${printable(mistake.hint)}`)
  return lines.join('\n')
}

const excerptColumnsMax = 100

function excerpt({ line, column, width, sourceLine }: Mistake): string[] {
  if (sourceLine === undefined || sourceLine.trim() === '' || column > excerptColumnsMax) return []
  const shown = printable(sourceLine.slice(0, excerptColumnsMax))
  const marks = Math.max(1, Math.min(width, shown.length - column + 1))
  const margin = ' '.repeat(String(line).length)
  return [`  ${line} | ${shown}`, `  ${margin} | ${' '.repeat(column - 1)}${'^'.repeat(marks)}`]
}

/** Control characters of a hostile or damaged file must not reach the terminal; one character stays one column. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, char =>
    char === '\t' ? ' ' : '\u{fffd}',
  )
}
