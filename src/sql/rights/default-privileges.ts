import type { AlterDefaultPrivilegesStmt, Node } from 'libpg-query'
import { EverportError } from '../../base/errors.ts'
import { type DefaultGrant, everybody, type Grant, type RelationKey } from '../../resources/access.ts'
import { owner } from '../pgcatalog/row.ts'
import { coversByDefault } from './access-state.ts'
import { type Draft, existingRole, isAdmin } from './draft.ts'
import { checkedSchema, checkPrivilege } from './grant-statement.ts'
import { nameOfNode } from './role-statements.ts'
import { constantText, optionsOf, unsupported } from './tree.ts'

/**
 * ALTER DEFAULT PRIVILEGES. Relations come from the catalog file and not from a role, so it is about all that the file gets from then on: a grant knows the relations
 * that were there when it was given.
 */
export function alterDefaultPrivileges(
  draft: Draft,
  { options, action }: AlterDefaultPrivilegesStmt,
): string {
  if (!isAdmin(draft))
    throw new EverportError('insufficient_privilege', 'permission denied to change default privileges')
  let schemas: readonly (string | undefined)[] = [undefined]
  for (const [name, value] of optionsOf(options)) {
    const items = value !== undefined && 'List' in value ? (value.List.items ?? []) : []
    if (name === 'roles') for (const item of items) checkCreator(draft, nameOfNode(draft, item))
    else schemas = items.map(item => checkedSchema(draft, constantText(item)))
  }
  if (action?.objtype !== 'OBJECT_TABLE') throw unsupported('ALTER DEFAULT PRIVILEGES on anything but TABLES')
  for (const node of action.privileges ?? []) checkPrivilege(privilegeWord(node), 'relation')
  const grantable = action.grant_option === true
  for (const grantee of (action.grantees ?? []).map(node => nameOfNode(draft, node))) {
    if (grantee !== everybody) existingRole(draft, grantee)
    if (action.is_grant === true && grantable && grantee === everybody)
      throw new EverportError('invalid_grant', 'grant options can only be granted to roles')
    for (const schema of schemas) {
      if (action.is_grant === true) give(draft, grantee, schema, grantable)
      else takeBack(draft, grantee, schema, grantable)
    }
  }
  return 'ALTER DEFAULT PRIVILEGES'
}

function privilegeWord(node: Node): string {
  return ('AccessPriv' in node ? node.AccessPriv.priv_name : undefined) ?? 'all'
}

/** No other role makes relations. */
function checkCreator(draft: Draft, role: string): void {
  if (role !== owner.name) existingRole(draft, role)
  if (role === owner.name || role === draft.facts.role) return
  throw new EverportError(
    'feature_not_supported',
    `default privileges for role "${role}" are not supported`,
    {
      detail: `All relations come from the catalog file and are owned by ${owner.name}.`,
      hint: 'leave FOR ROLE out',
    },
  )
}

function give(draft: Draft, grantee: string, schema: string | undefined, grantable: boolean): void {
  const { defaults = [] } = draft.rights
  const isThere = defaults.some(one => isOf(one, grantee, schema) && (one.grantable || !grantable))
  if (isThere) return
  const added: DefaultGrant = {
    grantee,
    ...(schema === undefined ? {} : { schema }),
    grantable,
    grantor: draft.facts.role,
    except: draft.facts.relations.map(keyOf),
  }
  draft.rights = { ...draft.rights, defaults: [...defaults, added] }
}

/** What has come under it stays granted, as in PostgreSQL: only what comes later does not. */
function takeBack(draft: Draft, grantee: string, schema: string | undefined, onlyOption: boolean): void {
  const { defaults = [], grants } = draft.rights
  const ended = defaults.filter(one => isOf(one, grantee, schema) && (one.grantable || !onlyOption))
  const kept = ended.flatMap(one =>
    draft.facts.relations
      .filter(relation => coversByDefault(one, relation))
      .map(
        (relation): Grant => ({
          grantee,
          on: { kind: 'relation', ...keyOf(relation) },
          privilege: 'SELECT',
          grantable: one.grantable,
          grantor: one.grantor,
        }),
      ),
  )
  draft.rights = {
    ...draft.rights,
    grants: [...grants, ...kept],
    defaults: defaults.filter(one => !ended.includes(one)),
  }
  if (onlyOption && ended.length > 0) give(draft, grantee, schema, false)
}

/** REVOKE of a relation that came under a default. */
export function exceptFromDefaults(
  draft: Draft,
  grantee: string,
  relation: RelationKey,
  onlyOption: boolean,
): void {
  const { defaults = [], grants } = draft.rights
  const covers = (one: DefaultGrant): boolean =>
    one.grantee === grantee && coversByDefault(one, relation) && (one.grantable || !onlyOption)
  const hit = defaults.filter(covers)
  if (hit.length === 0) return
  const [first] = hit
  const rest: Grant[] =
    onlyOption && first !== undefined
      ? [
          {
            grantee,
            on: { kind: 'relation', schema: relation.schema, name: relation.name },
            privilege: 'SELECT',
            grantable: false,
            grantor: first.grantor,
          },
        ]
      : []
  const key = { schema: relation.schema, name: relation.name }
  draft.rights = {
    ...draft.rights,
    grants: [...grants, ...rest],
    defaults: defaults.map(one => (hit.includes(one) ? { ...one, except: [...one.except, key] } : one)),
  }
}

function isOf(one: DefaultGrant, grantee: string, schema: string | undefined): boolean {
  return one.grantee === grantee && one.schema === schema
}

function keyOf({ schema, name }: RelationKey): RelationKey {
  return { schema, name }
}
