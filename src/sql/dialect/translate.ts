import type { ExplainStmt, Node } from 'libpg-query'
import { EverportError } from '../../base/errors.ts'
import { outputScales } from './numeric-outputs.ts'
import { type ParsedSql, tooComplex } from './parse-sql.ts'
import { printSelect } from './print-select.ts'
import { rowBound } from './row-bound.ts'
import {
  type RelationName,
  stringOf,
  type TranslateContext,
  type Translation,
  withoutPlaces,
} from './translation.ts'

export type { RelationName, TranslateContext }

/** A statement for the engine, and what its tree showed. */
export interface Translated {
  readonly text: string
  /** Where an offset of `text` stood in the source (units of UTF-16). */
  readonly originalOffset: (offset: number) => number
  /** At most so many rows, where the statement itself says so. */
  readonly rowsMax: number | undefined
  /** All relations but CTEs. */
  readonly relations: readonly RelationName[]
  /** Functions called, without their schema. */
  readonly functions: ReadonlySet<string>
  readonly commandTag: 'SELECT' | 'EXPLAIN'
  /** For a statement with averages or quotients; see numeric-outputs.ts. */
  readonly numericOutputs: (() => NumericOutputs) | undefined
  /** The same in other words, for an engine whose error shows what it knows of types and the tree does not tell. */
  readonly reworded: (error: unknown) => Translated | undefined
}

interface TranslateMode {
  readonly typesOnly?: boolean
  readonly typesCorrelated?: boolean
  readonly appendsItems?: boolean
}

/** A macro could not be chosen: its argument, a column of a query around, has no type yet. */
const untypedColumn = /has multiple overloads that match/
const arrayAndItem = /Cannot concatenate types .+\[\] and /

/** How to learn which outputs that are doubles in the engine are numeric in PostgreSQL. */
export interface NumericOutputs {
  /** Bound by the engine, its outputs are decimals where they are numeric. It must not be run. */
  readonly text: string
  /** Digits behind the point by the index of the output, of those that the statement itself rounds. */
  readonly scales: ReadonlyMap<number, number>
}

/**
 * PostgreSQL's statement in the engine's dialect (decision 007). Undefined for a statement that is no query. Throws 'feature_not_supported', 'undefined_function' and the
 * like with the place in the source, and whatever `context.relation` throws.
 */
export function translate(
  { text: source, tree }: ParsedSql,
  context: TranslateContext,
  mode: TranslateMode = {},
): Translated | undefined {
  const { typesOnly = false, typesCorrelated = true, appendsItems = false } = mode
  const translation: Translation = {
    context,
    relations: [],
    functions: new Set(),
    tableOids: new Map(),
    replaced: new Set(),
    parameterless: 0,
    typesOnly,
    hasQuotient: false,
    divided: 0,
    correlated: 0,
    typesCorrelated,
    hasTypedCorrelated: false,
    appendsItems,
    hasConcatenation: false,
    setOperations: 0,
    valueRows: new Set(),
    ctes: [],
  }
  const isExplain = 'ExplainStmt' in tree
  const query = isExplain ? tree.ExplainStmt.query : tree
  if (query === undefined || !('SelectStmt' in query)) return undefined
  const toOffset = offsetsOf(source)
  const marked = inCharacters(toOffset, () => printSelect(query.SelectStmt, translation))
  const { text, byteOffset } = withoutPlaces(isExplain ? explainWords(tree.ExplainStmt) + marked : marked)
  return {
    text,
    originalOffset: offset => toOffset(byteOffset(offset)),
    rowsMax: isExplain ? undefined : rowBound(query.SelectStmt),
    relations: translation.relations,
    functions: translation.functions,
    commandTag: isExplain ? 'EXPLAIN' : 'SELECT',
    numericOutputs:
      isExplain || !translation.hasQuotient
        ? undefined
        : () => ({
            text: translate({ text: source, tree }, context, { ...mode, typesOnly: true })?.text ?? '',
            scales: outputScales(query.SelectStmt),
          }),
    reworded(error) {
      const message = error instanceof Error ? error.message : ''
      const again = (other: TranslateMode): Translated | undefined =>
        translate({ text: source, tree }, context, { ...mode, ...other })
      if (translation.hasTypedCorrelated && untypedColumn.test(message))
        return again({ typesCorrelated: false })
      const isArray = translation.hasConcatenation && !appendsItems && arrayAndItem.test(message)
      return isArray ? again({ appendsItems: true }) : undefined
    },
  }
}

/** What the printers throw has its place in bytes, as the parser counts. */
function inCharacters(toOffset: (bytes: number) => number, print: () => string): string {
  try {
    return print()
  } catch (error) {
    if (error instanceof RangeError) throw tooComplex(error)
    if (!(error instanceof EverportError) || error.position === undefined) throw error
    const { code, message, detail, hint, cause } = error
    throw new EverportError(code, message, {
      position: toOffset(error.position - 1) + 1,
      cause,
      ...(detail === undefined ? {} : { detail }),
      ...(hint === undefined ? {} : { hint }),
    })
  }
}

function explainWords({ options = [] }: ExplainStmt): string {
  const given = new Map(
    options.flatMap(option =>
      'DefElem' in option ? [[option.DefElem.defname, option.DefElem.arg]] : [],
    ) as [string, Node | undefined][],
  )
  const analyze = given.has('analyze') && !/^(false|off|0)$/.test(stringOf(given.get('analyze')))
  const isJson = stringOf(given.get('format')).toLowerCase() === 'json'
  if (analyze) return isJson ? 'EXPLAIN (ANALYZE, FORMAT JSON) ' : 'EXPLAIN ANALYZE '
  return isJson ? 'EXPLAIN (FORMAT JSON) ' : 'EXPLAIN '
}

/** The parser counts bytes of UTF-8; most statements are ASCII, where that is the same. */
function offsetsOf(source: string): (bytes: number) => number {
  const bytes = Buffer.from(source, 'utf8')
  if (bytes.length === source.length) return offset => offset
  return offset => bytes.toString('utf8', 0, offset).length
}
