import type { Node } from 'libpg-query'
import { EverportError } from '../../base/errors.ts'
import type { SessionOptions, StatementReader, StatementRights } from '../engine/engine.ts'
import type { Row } from '../pgcatalog/row.ts'
import { type AccessState, isSuperuser } from './access-state.ts'
import { type ActivitySource, activityRows, preparedRows } from './activity-rows.ts'
import { grantRows } from './grant-rows.ts'
import { partInEngine } from './part-relation.ts'
import { functionFacts } from './privilege-facts.ts'
import { denied, type RelationInfo, relationAccess } from './relation-access.ts'
import { roleRows } from './role-rows.ts'
import { wholeRowsOf } from './whole-rows.ts'

/** Sources of rows that only compute. Others read files or the engine’s own tables, past every right. */
const tableFunctions = new Set([
  'generate_series',
  'generate_subscripts',
  'range',
  'unnest',
  'json_each',
  'json_array_elements',
  'json_array_elements_text',
  'json_object_keys',
  'jsonb_array_elements',
  'jsonb_array_elements_text',
  'json_each_text',
  'json_to_record',
  'json_to_recordset',
  'jsonb_each',
  'jsonb_each_text',
  'jsonb_to_record',
  'jsonb_to_recordset',
  'jsonb_object_keys',
  'regexp_split_to_table',
  'string_to_table',
  'pg_get_keywords',
])

/** Relations of schema `everport`, as subqueries for the engine. */
export type OwnViews = (
  name: string,
  viewer: { readonly role: string; readonly isAdmin: boolean },
) => string | undefined

export interface RightsSources {
  readonly access: () => AccessState
  readonly relations: () => readonly RelationInfo[]
  readonly views: OwnViews
  readonly activity: ActivitySource
}

/** What a role may read, for the engine to ask while it translates a statement. */
export function statementRights(facts: SessionOptions, sources: RightsSources): StatementRights {
  const { access } = sources
  return {
    version: () => access().revision,
    readsEverything: () => isSuperuser(access(), facts.user),
    reader: tree => statementReader(facts, sources, tree),
  }
}

function statementReader(
  { user: role, preparedNames, processId = 0 }: SessionOptions,
  sources: RightsSources,
  tree: Node,
): StatementReader {
  const { views, activity } = sources
  const access = sources.access()
  const relations = sources.relations()
  let isOfThisMoment = false
  const isAdmin = isSuperuser(access, role)
  /** Columns that were left out of what stands for a relation. */
  const hidden = new Map<string, RelationInfo>()
  const wholeRows = isAdmin ? new Set<number>() : wholeRowsOf(tree)
  if (!isAdmin) checkTableFunctions(tree)
  const catalogRows = (path: string): readonly Row[] | undefined => {
    if (path === 'pg_catalog.pg_stat_activity') return activityRows(access, role, activity)
    if (path === 'pg_catalog.pg_prepared_statements')
      return preparedRows(preparedNames?.() ?? [], activity.wallMs())
    return roleRows(access, role, path) ?? grantRows(access, role, relations, activity.database, path)
  }
  return {
    isOfThisMoment: () => isOfThisMoment,
    catalogRows(path) {
      const rows = catalogRows(path)
      isOfThisMoment ||= rows !== undefined
      return rows
    },
    functionFacts: (name, args) =>
      functionFacts({ access, viewer: role, relations, database: activity.database, processId }, name, args),
    relation({ database, schema, name, location }) {
      const own = schema === 'everport' ? views(name, { role, isAdmin }) : undefined
      if (own !== undefined) {
        isOfThisMoment = true
        return own
      }
      if (isAdmin) return undefined
      const relation = relations.find(one => one.name === name && one.schema === (schema ?? 'public'))
      if (relation === undefined) {
        if (isCatalog(schema, name)) return undefined
        throw undefinedTable(database, schema, name, location)
      }
      const found = relationAccess(access, role, relation)
      if (found.kind === 'whole') return undefined
      if (found.hidden.length > 0 && wholeRows.has(location)) throw denied(relation.kind, name)
      for (const column of found.hidden) hidden.set(column.toLowerCase(), relation)
      return partInEngine(relation, found, role)
    },
    refusal(error) {
      if (error.code !== 'undefined_column') return error
      const column = /^column "?(?:[^".]+"?\."?)?([^"]+?)"? does not exist/.exec(error.message)?.[1]
      const relation = hidden.get((column ?? '').toLowerCase())
      return relation === undefined ? error : denied(relation.kind, relation.name)
    },
  }
}

/** What everybody may look at, as in PostgreSQL. */
function isCatalog(schema: string | undefined, name: string): boolean {
  return (
    schema === 'pg_catalog' ||
    schema === 'information_schema' ||
    (schema === undefined && name.startsWith('pg_'))
  )
}

/** Also for what the engine would know: files by their name, its own tables. */
function undefinedTable(
  database: string | undefined,
  schema: string | undefined,
  name: string,
  location: number,
): EverportError {
  const shown = [database, schema, name].filter(part => part !== undefined).join('.')
  const place = location < 0 ? {} : { position: location + 1 }
  return new EverportError('undefined_table', `relation "${shown}" does not exist`, place)
}

function checkTableFunctions(node: unknown): void {
  if (Array.isArray(node)) {
    for (const each of node) checkTableFunctions(each)
    return
  }
  if (typeof node !== 'object' || node === null) return
  const { RangeFunction } = node as { RangeFunction?: { functions?: unknown } }
  if (RangeFunction !== undefined) {
    for (const name of calledNames(RangeFunction.functions)) {
      if (!tableFunctions.has(name)) throw denied('function', name)
    }
  }
  for (const each of Object.values(node)) checkTableFunctions(each)
}

/** The functions of one FROM item, not those that their arguments call. */
function calledNames(functions: unknown): string[] {
  if (!Array.isArray(functions)) return []
  return functions.flatMap(each => {
    const items = (each as { List?: { items?: readonly unknown[] } }).List?.items ?? [each]
    return items.flatMap(item => {
      const call = (item as { FuncCall?: { funcname?: readonly Node[] } }).FuncCall
      const last = call?.funcname?.at(-1)
      return last !== undefined && 'String' in last ? [(last.String.sval ?? '').toLowerCase()] : []
    })
  })
}
