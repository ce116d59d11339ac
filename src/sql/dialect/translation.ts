import type { Node } from 'libpg-query'
import { EverportError } from '../../base/errors.ts'

/** A relation as a statement names it, folded as PostgreSQL folds names. */
export interface RelationName {
  readonly database: string | undefined
  readonly schema: string | undefined
  readonly name: string
  /** Byte offset in the statement. */
  readonly location: number
}

/** What the text of a statement does not say. */
export interface TranslateContext {
  /**
   * What stands for a relation that is no CTE: undefined for the name itself, or text for the engine, a name or a subquery in parentheses. Throws
   * when the relation may not be read.
   */
  readonly relation?: (name: RelationName) => string | undefined
  /** What stands for `$n`. */
  readonly parameter: (number: number) => string
  readonly currentUser: string
  readonly sessionUser: string
}

/** What a translation learns and is asked while it goes through the tree. Text carries its places: see `place`. */
export interface Translation {
  readonly context: TranslateContext
  readonly relations: RelationName[]
  /** Functions called, without a schema, as PostgreSQL folds them. */
  readonly functions: Set<string>
  /** The names of CTEs in scope, innermost last. */
  readonly ctes: string[]
}

/**
 * A place in the source, inside text for the engine: the zero byte cannot stand in SQL, so it can mark where the byte offset begins. `withoutPlaces` takes
 * them out again.
 */
export function place(location: number | undefined): string {
  return location === undefined || location < 0 ? '' : `\0${location};`
}

/** The text of one statement with places marked, what was learned, and where each offset of the text stood in the source (bytes). */
export function withoutPlaces(marked: string): { text: string; byteOffset: (offset: number) => number } {
  const starts: number[] = []
  const places: number[] = []
  let text = ''
  for (const [i, part] of marked.split('\0').entries()) {
    const semicolon = i === 0 ? -1 : part.indexOf(';')
    if (semicolon >= 0) {
      starts.push(text.length)
      places.push(Number(part.slice(0, semicolon)))
    }
    text += part.slice(semicolon + 1)
  }
  return {
    text,
    byteOffset(offset) {
      let found = 0
      for (let i = 0; i < starts.length && (starts[i] ?? 0) <= offset; i++) found = places[i] ?? 0
      return found
    },
  }
}

/** A set of words that stand apart by white space. */
export function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.trim().split(/\s+/))
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** The kind of a node and its body. */
export function kindOf(node: Node): string {
  return Object.keys(node)[0] ?? ''
}

/** The text of a `String` node. */
export function stringOf(node: Node | undefined): string {
  return node !== undefined && 'String' in node ? (node.String.sval ?? '') : ''
}

/** The last part of a qualified name. */
export function lastName(names: readonly Node[] | undefined): string {
  return stringOf(names?.at(-1))
}

export function notSupported(what: string, location?: number): EverportError {
  const position = location === undefined || location < 0 ? {} : { position: location + 1 }
  return new EverportError('feature_not_supported', `${what} is not supported`, position)
}
