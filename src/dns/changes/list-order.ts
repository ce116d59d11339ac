/**
 * Route 53's order of names: labels reversed, compared with their dots, so that what is below `.` in ASCII (`!` to `-`) comes before the
 * end of a label: `com.example-a.` stands before `com.example.`.
 */
export function reversedName(name: string): string {
  const labels = name.replace(/\.$/, '').split('.')
  return `${labels.toReversed().map(unescaped).join('.')}.`
}

/** Labels are compared as they are, not as they are written. */
function unescaped(label: string): string {
  return label.replaceAll(/\\([0-3][0-7]{2})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
}

export function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
