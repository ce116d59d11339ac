import type { Token } from '../statements/token-text.ts'

/** A string of a statement that names files. */
export interface FilePlace {
  readonly token: Token
  readonly path: string
  readonly isUrl: boolean
}

const readers: ReadonlySet<string> = new Set([
  'read_csv',
  'read_csv_auto',
  'read_json',
  'read_json_auto',
  'read_json_objects',
  'read_json_objects_auto',
  'read_ndjson',
  'read_ndjson_auto',
  'read_ndjson_objects',
  'read_parquet',
  'parquet_scan',
  'read_text',
  'read_blob',
  'glob',
  'parquet_metadata',
  'parquet_schema',
])

/** The first argument of a function that reads files, also a list of names, and `FROM 'name'`. */
export function filePlaces(found: readonly Token[]): FilePlace[] {
  const places: FilePlace[] = []
  found.forEach((token, i) => {
    if (token.kind !== 'word') return
    if (readers.has(token.text) && found[i + 1]?.text === '(') places.push(...stringsFrom(found, i + 2))
    else if (token.text === 'from' || token.text === 'join')
      places.push(...stringsFrom(found, i + 1).slice(0, 1))
  })
  return places
}

function stringsFrom(found: readonly Token[], from: number): FilePlace[] {
  const places: FilePlace[] = []
  for (let i = from; i < found.length; i++) {
    const token = found[i]
    if (token?.kind === 'string')
      places.push({ token, path: token.text, isUrl: /^[a-z][a-z0-9+.-]*:\/\//i.test(token.text) })
    else if (token?.kind !== 'symbol' || !'[,]'.includes(token.text)) break
  }
  return places
}

export function isPattern(path: string): boolean {
  return /[*?[]/.test(path)
}

/** `/data/2024/` of `/data/2024/*.csv`. */
export function folderOfPattern(path: string): string {
  const fixed = path.slice(0, path.search(/[*?[]/))
  return fixed.slice(0, fixed.lastIndexOf('/') + 1)
}
