import { identifier } from '../../base/sql-text.ts'
import { parseSql } from '../dialect/parse-sql.ts'
import { translate } from '../dialect/translate.ts'
import type { RelationAccess, RelationInfo } from './relation-access.ts'

type Part = Extract<RelationAccess, { kind: 'part' }>

/**
 * No bound on rows, but a wall: the engine moves no condition of the statement below a LIMIT, so none is evaluated on rows that the role does not see, whose values an
 * error would tell.
 */
const barrier = 'LIMIT 9223372036854775807'

/** The part of a relation that a role sees, as a subquery in PostgreSQL's words. */
export function partInPostgres({ schema, name }: Pick<RelationInfo, 'schema' | 'name'>, part: Part): string {
  const columns = part.columns.map(column =>
    column.mask === undefined ? identifier(column.name) : `(${column.mask}\n) AS ${identifier(column.name)}`,
  )
  const where = part.filter === undefined ? '' : ` WHERE ${part.filter} ${barrier}`
  return `SELECT ${columns.join(', ')} FROM ${identifier(schema)}.${identifier(name)}${where}`
}

/** The same for the engine. What policies and masks read beside their own relation they read with the rights of its owner. */
export function partInEngine(relation: RelationInfo, part: Part, role: string): string {
  const translated = translate(parseSql(partInPostgres(relation, part)), {
    parameter: number => `$${number}`,
    currentUser: role,
    sessionUser: role,
  })
  return `(${translated?.text ?? ''})`
}
