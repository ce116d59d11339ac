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
   * What stands for a relation that is no CTE. Asked once for each place of a statement that names one, in the order of the text, at every translation: its
   * answer may depend on who asks. Undefined keeps the name as it is; else text for the engine, a name or a subquery in parentheses that has all columns which
   * the statement may ask of the relation, filtered and masked as the role may see them. An alias follows it: the statement's, or the relation's name. Throws an
   * EverportError when the relation may not be read; its `position`, if it has one, is `location + 1`. Names inside the definition of a view are not asked for.
   */
  readonly relation?: (name: RelationName) => string | undefined
  /** What `tableoid` is in rows of a relation; undefined where there is none. */
  readonly tableOid?: (name: RelationName) => number | undefined
  /** The engine's table function for one of PostgreSQL's that gives rows of several columns. */
  readonly tableFunction?: (name: string) => string | undefined
  /** The engine's name of a function that has another there; undefined for one that is called the same. */
  readonly function?: (name: string) => string | undefined
  /** What that function is given behind its arguments: what only the session knows. */
  readonly functionFacts?: (name: string, args: readonly Node[]) => string | undefined
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
  /** `tableoid` by the name that a relation has in the statement. */
  readonly tableOids: Map<string, number>
  /** `schema.name` of relations that something else stands for, known to the engine by their name alone. */
  readonly replaced: Set<string>
  /** How many calls the part that is printed stands in whose arguments must not have parameters: see printCall. */
  parameterless: number
  /** The text is bound only to learn types of outputs, and never runs: see numeric-outputs.ts. */
  readonly typesOnly: boolean
  /** It has an average or a quotient, which is numeric in PostgreSQL and a double in the engine. */
  hasQuotient: boolean
  /** How many operands of `/` the part that is printed stands in. */
  divided: number
  /** How many subqueries the part that is printed stands in that may name columns of the query around them. */
  correlated: number
  /** Whether a value's type is asked for in such a subquery too: the engine knows none of a column of the query around it. */
  readonly typesCorrelated: boolean
  /** It was. */
  hasTypedCorrelated: boolean
  /** `a || b` of values whose types only the engine knows is an array and an item: the engine has another word for that. */
  readonly appendsItems: boolean
  /** There is such a `||`. */
  hasConcatenation: boolean
  /** How many set operations the part that is printed stands in. */
  setOperations: number
  /** Tables in scope that are one column called `value`: their name alone is that column. */
  valueRows: ReadonlySet<string>
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
