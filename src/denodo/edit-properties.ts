/** Keys and values of a Java properties file, not escaped. */
export type Properties = ReadonlyMap<string, string>

/**
 * The text of a Java properties file (java.util.Properties.load) with these values, and everything else as it was to the byte: order, comments,
 * spelling of other keys. A key that stands several times is changed everywhere, since the last one counts; one that is missing is added at
 * the end.
 */
export function editProperties(text: string, wanted: Properties): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const missing = new Map(wanted)
  const lines = logicalLines(text).map(line => {
    const [key, value] = parseLine(line)
    const now = key === undefined ? undefined : wanted.get(key)
    if (key === undefined || now === undefined) return line
    missing.delete(key)
    if (now === value) return line
    return `${/^[ \t\f]*/.exec(line)?.[0]}${key}=${escapeValue(now)}${/\r?\n$/.exec(line)?.[0] ?? ''}`
  })
  const before = lines.join('')
  const added = [...missing].map(([key, value]) => `${key}=${escapeValue(value)}${newline}`).join('')
  if (added === '' || before === '') return before + added
  // A last line that would go on swallows the next: an empty one ends it.
  const end = /(?<!\\)(?:\\\\)*\\(?:\r?\n)?$/.test(before) ? newline : ''
  return before + (before.endsWith('\n') ? '' : newline) + end + added
}

/** The values that a file sets. */
export function readProperties(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of logicalLines(text)) {
    const [key, value] = parseLine(line)
    if (key !== undefined) found.set(key, value)
  }
  return found
}

/** Lines with their ends; one that ends in an odd number of backslashes goes on in the next. Comments never do. */
function logicalLines(text: string): string[] {
  const lines: string[] = []
  let open = false
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (open) lines.push((lines.pop() ?? '') + line)
    else lines.push(line)
    const isComment: boolean = !open && /^[ \t\f]*(?:[#!]|\r?\n?$)/.test(line)
    const backslashes = /(\\*)\r?\n?$/.exec(line)?.[1]?.length ?? 0
    open = !isComment && backslashes % 2 === 1
  }
  return lines
}

function parseLine(logical: string): [string | undefined, string] {
  const line = logical
    .replace(/(?<!\\)((?:\\\\)*)\\\r?\n[ \t\f]*/g, '$1')
    .replace(/\r?\n$/, '')
    .replace(/(?<!\\)((?:\\\\)*)\\$/, '$1')
  if (/^[ \t\f]*(?:[#!]|$)/.test(line)) return [undefined, '']
  const parts = /^[ \t\f]*((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*(.*)$/s.exec(line)
  return [unescapeText(parts?.[1] ?? ''), unescapeText(parts?.[2] ?? '')]
}

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

function unescapeText(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (_, code: string) =>
    code.length === 5 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (escapes[code] ?? code),
  )
}

/** Beyond Latin-1's printable characters everything is written by its number: the file's encoding does not matter then. */
function escapeValue(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replace(/^ /, '\\ ')
    .replace(/[^\x20-\x7e]/g, code => `\\u${code.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
