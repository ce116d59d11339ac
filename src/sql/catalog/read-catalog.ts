import { dirname, resolve } from 'node:path'
import { EverportError } from '../../base/errors.ts'
import { literal } from '../../base/sql-text.ts'
import type { Mistake } from '../../topology/mistakes.ts'
import { rewrite } from '../statements/rewrite.ts'
import { type Token, tokens } from '../statements/token-text.ts'
import type { Catalog, CatalogStatement } from './catalog.ts'
import { mistakeAt } from './catalog-mistake.ts'
import { type FilePlace, filePlaces, folderOfPattern, isPattern } from './file-places.ts'

export type FileKind = 'file' | 'folder' | 'missing'

export type ReadCatalog =
  | { readonly catalog: Catalog; readonly mistakes?: undefined }
  | { readonly catalog?: undefined; readonly mistakes: readonly Mistake[] }

/**
 * Reads the text of a catalog file: statements that end with `;`, of which only CREATE [OR REPLACE] VIEW, CREATE SCHEMA [IF NOT EXISTS] and
 * COMMENT ON are allowed. Relative paths are meant from the folder of the file. All mistakes are told at once.
 */
export function readCatalog(source: string, file: string, kindOf: (path: string) => FileKind): ReadCatalog {
  const all = tokensOrMistake(source, file)
  if (!Array.isArray(all)) return { mistakes: [all] }
  const mistakes: Mistake[] = []
  const statements: CatalogStatement[] = []
  const files = new Set<string>()
  const folders = new Set<string>()
  for (const found of split(all)) {
    const begins = beginning(found)
    if (typeof begins === 'string') {
      mistakes.push(mistakeAt(file, source, found[0] as Token, '', begins, allowedText))
      continue
    }
    const edits = filePlaces(found).map(place => {
      const path = place.isUrl ? place.path : resolve(dirname(file), place.path)
      const mistake = pathMistake(place, path, kindOf)
      if (mistake !== undefined) mistakes.push(mistakeAt(file, source, place.token, begins.name, ...mistake))
      else if (isPattern(path)) folders.add(folderOfPattern(path))
      else files.add(path)
      return { start: place.token.start, end: place.token.end, text: literal(path) }
    })
    const start = found[0]?.start ?? 0
    const end = found.at(-1)?.end ?? start
    const shifted = edits.map(edit => ({ ...edit, start: edit.start - start, end: edit.end - start }))
    const { text, originalOffset } = rewrite(source.slice(start, end), shifted)
    statements.push({ ...begins, sql: text, start, sourceOffset: offset => start + originalOffset(offset) })
  }
  if (mistakes.length > 0) return { mistakes }
  return { catalog: { file, source, statements, files: [...files], folders: [...folders] } }
}

const allowedText = 'CREATE [OR REPLACE] VIEW, CREATE SCHEMA [IF NOT EXISTS] or COMMENT ON'

function tokensOrMistake(source: string, file: string): Token[] | Mistake {
  try {
    return tokens(source)
  } catch (error) {
    if (!(error instanceof EverportError)) throw error
    const start = (error.position ?? 1) - 1
    return mistakeAt(file, source, { start, end: start + 1 }, '', error.message, 'a statement that ends')
  }
}

function split(all: readonly Token[]): Token[][] {
  const statements: Token[][] = [[]]
  for (const token of all) {
    if (token.kind === 'symbol' && token.text === ';') statements.push([])
    else statements.at(-1)?.push(token)
  }
  return statements.filter(found => found.length > 0)
}

/** Kind and name of a statement, or in words what else it is. */
function beginning(found: readonly Token[]): { kind: CatalogStatement['kind']; name: string } | string {
  const words = found.slice(0, 8).map(token => (token.kind === 'word' ? token.text : ''))
  const shown = words.slice(0, 3).join(' ').trim().toUpperCase()
  if (words[0] === 'comment' && words[1] === 'on') return { kind: 'comment', name: 'COMMENT' }
  let at = 1
  if (words[0] !== 'create') return shown === '' ? (found[0]?.text ?? '') : shown
  if (words[at] === 'or' && words[at + 1] === 'replace') at += 2
  const kind = words[at]
  if (kind !== 'view' && kind !== 'schema') return shown
  at++
  if (words[at] === 'if' && words[at + 1] === 'not' && words[at + 2] === 'exists') at += 3
  return { kind, name: nameFrom(found, at) }
}

/** `schema.name`. */
function nameFrom(found: readonly Token[], from: number): string {
  let name = found[from]?.text ?? ''
  for (let i = from + 1; found[i]?.text === '.'; i += 2) name += `.${found[i + 1]?.text ?? ''}`
  return name
}

function pathMistake(
  place: FilePlace,
  path: string,
  kindOf: (path: string) => FileKind,
): [found: string, expected: string] | undefined {
  if (place.isUrl) return [path, 'a file of this machine: sources over the network are not supported']
  if (isPattern(path)) {
    const folder = folderOfPattern(path)
    return kindOf(folder) === 'folder'
      ? undefined
      : [`no folder ${folder}`, 'a folder that exists in front of the pattern']
  }
  const kind = kindOf(path)
  if (kind === 'missing')
    return [`no file ${path}`, 'a file that exists; relative paths begin at the folder of the catalog file']
  return kind === 'folder' ? [`the folder ${path}`, 'a file, or a pattern such as folder/*.csv'] : undefined
}
