import type { Node } from 'libpg-query'

/** A relation as a FROM clause names it: byte offset, and the name that columns are qualified with. */
interface Named {
  readonly location: number
  readonly name: string
}

/** Byte offsets of relations of which a `*` asks for every column. */
export function wholeRowsOf(tree: Node): ReadonlySet<number> {
  const found = new Set<number>()
  visit(tree, found)
  return found
}

function visit(node: unknown, found: Set<number>): void {
  if (Array.isArray(node)) {
    for (const each of node) visit(each, found)
    return
  }
  if (typeof node !== 'object' || node === null) return
  const statement = node as { targetList?: unknown; fromClause?: unknown }
  if (Array.isArray(statement.targetList)) stars(statement.targetList, namedIn(statement.fromClause), found)
  for (const each of Object.values(node)) visit(each, found)
}

function stars(targets: readonly unknown[], from: readonly Named[], found: Set<number>): void {
  for (const target of targets) {
    const fields = (target as { ResTarget?: { val?: { ColumnRef?: { fields?: readonly Node[] } } } })
      .ResTarget?.val?.ColumnRef?.fields
    const last = fields?.at(-1)
    if (fields === undefined || last === undefined || !('A_Star' in last)) continue
    const qualifier = fields.at(-2)
    const name = qualifier !== undefined && 'String' in qualifier ? qualifier.String.sval : undefined
    for (const relation of from)
      if (name === undefined || relation.name === name) found.add(relation.location)
  }
}

/** Relations that a FROM clause names itself, joins included and subqueries not. */
function namedIn(node: unknown): Named[] {
  if (Array.isArray(node)) return node.flatMap(namedIn)
  if (typeof node !== 'object' || node === null) return []
  const { RangeVar, JoinExpr, RangeTableSample } = node as {
    RangeVar?: { relname?: string; alias?: { aliasname?: string }; location?: number }
    JoinExpr?: { larg?: unknown; rarg?: unknown }
    RangeTableSample?: { relation?: unknown }
  }
  if (RangeVar !== undefined)
    return [{ location: RangeVar.location ?? 0, name: RangeVar.alias?.aliasname ?? RangeVar.relname ?? '' }]
  if (JoinExpr !== undefined) return [...namedIn(JoinExpr.larg), ...namedIn(JoinExpr.rarg)]
  return RangeTableSample === undefined ? [] : namedIn(RangeTableSample.relation)
}
