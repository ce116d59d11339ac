/** A readable table, then one line a figure for programs to read. */
export function report(
  title: string,
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  figures: readonly (readonly [name: string, value: number, unit: string])[],
  ratios: readonly (readonly [name: string, value: number])[] = [],
): void {
  const cells = [headings, ...rows].map(row => row.map(String))
  const widths = headings.map((_, i) => Math.max(...cells.map(row => row[i]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')
  console.log(`\n${title}\n`)
  for (const row of cells) console.log(line(row))
  console.log('')
  for (const [name, value] of ratios) console.log(`ratio ${name} ${rounded(value)}`)
  for (const [name, value, unit] of figures) console.log(`figure ${name} ${rounded(value)} ${unit}`)
}

/** Of sorted values, nearest rank. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN
}

function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** Undoes what a benchmark set up, at its end or when it is told to end. */
export function benchContext(): { after(task: () => void | Promise<void>): void; end(): Promise<void> } {
  const tasks: (() => void | Promise<void>)[] = []
  const end = async (): Promise<void> => {
    for (const task of tasks.splice(0).toReversed()) await task()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void end().finally(() => process.exit(130)))
  }
  return { after: task => void tasks.push(task), end }
}
