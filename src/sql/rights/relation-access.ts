import { EverportError } from '../../base/errors.ts'
import { everybody } from '../../resources/access.ts'
import {
  type AccessState,
  actsAs,
  bypassesRowSecurity,
  isGranted,
  isSuperuser,
  policiesOn,
} from './access-state.ts'

/** A relation that the node serves, with its columns in order. */
export interface RelationInfo {
  readonly schema: string
  readonly name: string
  readonly kind: 'table' | 'view'
  readonly columns: readonly string[]
}

/** How a role sees a relation. */
export type RelationAccess =
  /** As it is. */
  | { readonly kind: 'whole' }
  | {
      readonly kind: 'part'
      readonly columns: readonly { readonly name: string; readonly mask: string | undefined }[]
      /** Columns that the role may not see, for a sentence when it names one. */
      readonly hidden: readonly string[]
      /** SQL that holds for the rows it sees; undefined: for all. */
      readonly filter: string | undefined
    }

/**
 * What a role sees of a relation, or 42501 in PostgreSQL's words.
 *
 *   role                                   | sees
 *   ---------------------------------------+-------------------------------------------------------------------
 *   superuser                              | everything
 *   without USAGE on the schema            | permission denied for schema
 *   without SELECT on it or a column of it | permission denied for view
 *   with SELECT on some columns            | those
 *   BYPASSRLS, or no policy on it          | all rows
 *   policies, none of them for it          | no row
 *   policies for it                        | rows for which one of the permissive and all of the restrictive ones hold
 *   a mask for it                          | the mask’s expression instead of the column
 *
 * A view reads what it is made of with the rights of its owner, who is the author of the catalog: only relations that the statement itself
 * names are asked about.
 */
export function relationAccess(access: AccessState, role: string, relation: RelationInfo): RelationAccess {
  if (isSuperuser(access, role)) return { kind: 'whole' }
  const roles = actsAs(access, role)
  const { schema, name } = relation
  if (!isGranted(access, roles, 'USAGE', { kind: 'schema', name: schema })) throw denied('schema', schema)
  const isWhole = isGranted(access, roles, 'SELECT', { kind: 'relation', schema, name })
  const columns = isWhole
    ? relation.columns
    : relation.columns.filter(column =>
        isGranted(access, roles, 'SELECT', { kind: 'column', schema, name, column }),
      )
  if (columns.length === 0) throw denied(relation.kind, name)
  const masks = masksFor(access, roles, relation)
  const filter = bypassesRowSecurity(access, role) ? undefined : filterFor(access, roles, relation)
  if (isWhole && masks.size === 0 && filter === undefined) return { kind: 'whole' }
  return {
    kind: 'part',
    columns: columns.map(column => ({ name: column, mask: masks.get(column) })),
    hidden: isWhole ? [] : relation.columns.filter(column => !columns.includes(column)),
    filter,
  }
}

export function denied(
  kind: 'schema' | 'table' | 'view' | 'function' | 'database',
  name: string,
): EverportError {
  return new EverportError('insufficient_privilege', `permission denied for ${kind} ${name}`)
}

function filterFor(
  access: AccessState,
  roles: ReadonlySet<string>,
  relation: RelationInfo,
): string | undefined {
  const policies = policiesOn(access, relation)
  if (policies === undefined) return undefined
  const mine = policies.filter(policy => policy.roles.some(role => roles.has(role)))
  const permissive = mine.filter(policy => policy.isPermissive).map(({ using }) => `(${using}\n)`)
  const restrictive = mine.filter(policy => !policy.isPermissive).map(({ using }) => `(${using}\n)`)
  if (permissive.length === 0) return 'false'
  return [`(${permissive.join(' OR ')})`, ...restrictive].join(' AND ')
}

function masksFor(
  access: AccessState,
  roles: ReadonlySet<string>,
  { schema, name }: RelationInfo,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const mask of access.rights.masks) {
    if (mask.relation.schema !== schema || mask.relation.name !== name) continue
    const isFor = mask.roles.some(role => role === everybody || roles.has(role))
    if (isFor && !mask.except.some(role => roles.has(role))) found.set(mask.column, mask.expression)
  }
  return found
}
