import { isMomentary } from '../statements/momentary-words.ts'
import { rewrite } from '../statements/rewrite.ts'
import { type Token, tokens } from '../statements/token-text.ts'
import type { Catalog, CatalogStatement } from './catalog.ts'
import { type FilePlace, filePlaces, isPattern } from './file-places.ts'

/** One reading of one file in the definition of a view, as the engine is told it: `'/data/x.parquet'`, `read_csv('/data/x.csv', header = true)`. */
export interface FileScan {
  readonly path: string
  readonly sql: string
}

/** A view whose definition says all that it reads, so that copies can stand in the place of its files. */
export interface CopiedView {
  readonly scans: readonly FileScan[]
  /** The statement that makes the same view in another database, where a table stands for each scan. */
  createIn(database: string, tableOf: (scan: FileScan) => string): string
}

/** What a statement reads, by the views that it names and those that they name. */
export interface Reach {
  /** In an order in which they can be made. */
  readonly views: readonly CopiedView[]
  readonly scans: readonly FileScan[]
  readonly paths: readonly string[]
}

export interface CopiedViews {
  /**
   * By the words of the statement: a word that only happens to be the name of a view makes it reach further than it does, never less far. Undefined when it reads no
   * file through a view, or anything else than single files, or asks for something of the moment.
   */
  reachOf(text: string): Reach | undefined
}

/** One call of the system looks after each of them before every execution. */
const pathsMax = 16

export function copiedViews(catalog: Catalog): CopiedViews {
  const views = viewsOf(catalog)
  const byName = new Map<string, Known[]>()
  for (const view of views) byName.set(view.name, [...(byName.get(view.name) ?? []), view])
  const reachOf = (text: string): Reach | undefined => {
    const found = tokens(text)
    const reached = new Set<Known>()
    const next = namesIn(found)
    for (const name of next) {
      for (const view of byName.get(name) ?? []) {
        reached.add(view)
        for (const each of view.names) next.add(each)
      }
    }
    const copied = views.filter(view => reached.has(view)).map(({ copied: one }) => one)
    if (copied.length === 0 || !copied.every(one => one !== undefined)) return undefined
    if (isMomentary(found) || hasEscapes(text, found)) return undefined
    const scans = [...new Map(copied.flatMap(one => one.scans).map(scan => [scan.sql, scan])).values()]
    const paths = [...new Set(scans.map(({ path }) => path))]
    return paths.length === 0 || paths.length > pathsMax ? undefined : { views: copied, scans, paths }
  }
  return { reachOf }
}

interface Known {
  /** Without its schema. */
  readonly name: string
  /** All that its definition may name. */
  readonly names: ReadonlySet<string>
  readonly copied: CopiedView | undefined
}

/** Of each name the last one, which is the one that is served. */
function viewsOf({ statements }: Catalog): Known[] {
  const views = new Map<string, Known>()
  for (const statement of statements) {
    if (statement.kind !== 'view') continue
    const key = statement.name.toLowerCase()
    views.delete(key)
    views.set(key, known(statement))
  }
  return [...views.values()]
}

function known({ name, sql }: CatalogStatement): Known {
  const found = tokens(sql)
  const head = headOf(found)
  const body = found.slice(head.behind)
  const copied = head.name.length > 2 || head.isConditional ? undefined : copiedView(sql, head.name, body)
  return { name: name.slice(name.lastIndexOf('.') + 1).toLowerCase(), names: namesIn(body), copied }
}

/** A string may be a name as well: `FROM 'orders'`. */
function namesIn(found: readonly Token[]): Set<string> {
  return new Set(
    found
      .filter(({ kind }) => kind === 'word' || kind === 'quoted' || kind === 'string')
      .map(({ text }) => text.toLowerCase()),
  )
}

/** E'…', $$…$$ or U&"…" may name something in other letters. */
function hasEscapes(sql: string, found: readonly Token[]): boolean {
  return found.some(
    ({ kind, start }) =>
      (kind === 'string' && sql[start] !== "'") || (kind === 'quoted' && sql[start] !== '"'),
  )
}

interface Head {
  /** The parts of the name. */
  readonly name: readonly Token[]
  readonly isConditional: boolean
  /** Index of the token behind the name. */
  readonly behind: number
}

/** CREATE [OR REPLACE] VIEW [IF NOT EXISTS] [schema.]name */
function headOf(found: readonly Token[]): Head {
  let at = found.findIndex(({ kind, text }) => kind === 'word' && text === 'view') + 1
  const isConditional = found[at]?.text === 'if' && found[at + 1]?.text === 'not'
  if (isConditional) at += 3
  const name = [found[at] as Token]
  for (at++; found[at]?.text === '.'; at += 2) name.push(found[at + 1] as Token)
  return { name, isConditional, behind: at }
}

function copiedView(sql: string, name: readonly Token[], body: readonly Token[]): CopiedView | undefined {
  const places = scansIn(sql, body)
  const first = body[0]
  if (places === undefined || first === undefined || hasEscapes(sql, body)) return undefined
  const inside = (token: Token): boolean =>
    places.some(({ start, end }) => token.start >= start && token.end <= end)
  if (isMomentary(body.filter(token => !inside(token)))) return undefined
  const parts = name.map(({ start, end }) => sql.slice(start, end))
  if (parts.length === 1) parts.unshift('public')
  return {
    scans: places.map(({ scan }) => scan),
    createIn(database, tableOf) {
      const edits = places.map(({ start, end, scan }) => ({
        start: start - first.start,
        end: end - first.start,
        text: tableOf(scan),
      }))
      return `CREATE OR REPLACE VIEW ${[database, ...parts].join('.')} ${rewrite(sql.slice(first.start), edits).text}`
    },
  }
}

interface ScanPlace {
  readonly start: number
  readonly end: number
  readonly scan: FileScan
}

/** Undefined when one of them is not of a single file, or depends on which columns are asked for. */
function scansIn(sql: string, body: readonly Token[]): ScanPlace[] | undefined {
  const places: ScanPlace[] = []
  for (const place of filePlaces(body)) {
    const found = scanAt(sql, body, place)
    if (found === undefined) return undefined
    places.push(found)
  }
  return places
}

const readers =
  /^(?:read_(?:csv|csv_auto|json|json_auto|json_objects|json_objects_auto|ndjson|ndjson_auto|ndjson_objects|ndjson_objects_auto|parquet)|parquet_scan)$/
/** Which rows are left out, or told of, depends on the columns that are read. */
const ofColumns = /^(?:ignore_errors|store_rejects|rejects_.*)$/

function scanAt(
  sql: string,
  body: readonly Token[],
  { token, path, isUrl }: FilePlace,
): ScanPlace | undefined {
  const at = body.indexOf(token)
  if (isUrl || isPattern(path)) return undefined
  if (body[at - 1]?.text !== '(') {
    const { start, end } = token
    return /^(?:from|join)$/.test(body[at - 1]?.text ?? '')
      ? { start, end, scan: { path, sql: sql.slice(start, end) } }
      : undefined
  }
  const reader = body[at - 2]
  const last = closing(body, at - 1)
  if (reader === undefined || last === undefined || !readers.test(reader.text)) return undefined
  if (body.slice(at, last).some(({ kind, text }) => kind === 'word' && ofColumns.test(text))) return undefined
  const [start, end] = [reader.start, body[last]?.end ?? sql.length]
  return { start, end, scan: { path, sql: sql.slice(start, end) } }
}

/** Index of the parenthesis that closes the one at `from`. */
function closing(found: readonly Token[], from: number): number | undefined {
  let depth = 0
  for (let i = from; i < found.length; i++) {
    if (found[i]?.kind !== 'symbol') continue
    if (found[i]?.text === '(') depth++
    else if (found[i]?.text === ')' && --depth === 0) return i
  }
  return undefined
}
