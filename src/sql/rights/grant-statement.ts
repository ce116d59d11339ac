import type { GrantStmt, Node } from 'libpg-query'
import { EverportError } from '../../base/errors.ts'
import { everybody, type Grant, type GrantObject, type Privilege } from '../../resources/access.ts'
import { actsAs, isGranted, isSameObject } from './access-state.ts'
import { exceptFromDefaults } from './default-privileges.ts'
import { type Draft, existingRole, isAdmin } from './draft.ts'
import { denied, type RelationInfo } from './relation-access.ts'
import { nameOfNode } from './role-statements.ts'
import { constantText, unsupported } from './tree.ts'

const privilegesOf: Readonly<Record<'database' | 'schema' | 'relation', readonly Privilege[]>> = {
  database: ['CONNECT'],
  schema: ['USAGE'],
  relation: ['SELECT'],
}
/** What PostgreSQL knows of them and a node that only reads has no use for. */
const writing = new Set([
  'insert',
  'update',
  'delete',
  'truncate',
  'references',
  'trigger',
  'create',
  'temporary',
  'temp',
  'maintain',
  'execute',
])

/** GRANT and REVOKE of privileges. */
export function grantPrivileges(draft: Draft, statement: GrantStmt): string {
  const isGrant = statement.is_grant === true
  const grantees = (statement.grantees ?? []).map(node => nameOfNode(draft, node))
  for (const grantee of grantees) if (grantee !== everybody) existingRole(draft, grantee)
  if (isGrant && statement.grant_option === true && grantees.includes(everybody))
    throw new EverportError('invalid_grant', 'grant options can only be granted to roles')
  for (const { on, privilege } of objectsOf(draft, statement)) {
    checkMayGrant(draft, privilege, on)
    for (const grantee of grantees) {
      if (isGrant)
        give(draft, {
          grantee,
          on,
          privilege,
          grantable: statement.grant_option === true,
          grantor: draft.facts.role,
        })
      else take(draft, grantee, privilege, on, statement)
    }
  }
  return isGrant ? 'GRANT' : 'REVOKE'
}

interface Target {
  readonly on: GrantObject
  readonly privilege: Privilege
}

function objectsOf(draft: Draft, statement: GrantStmt): Target[] {
  const objects = statement.objects ?? []
  switch (statement.objtype) {
    case 'OBJECT_DATABASE':
      return objects.flatMap(node => databaseTargets(draft, statement, constantText(node)))
    case 'OBJECT_SCHEMA':
      return objects.flatMap(node => {
        const name = checkedSchema(draft, constantText(node))
        return plain(statement, 'schema').map(privilege => ({
          on: { kind: 'schema', name } as const,
          privilege,
        }))
      })
    case 'OBJECT_TABLE': {
      if (statement.targtype === 'ACL_TARGET_ALL_IN_SCHEMA') {
        const schemas = objects.map(node => checkedSchema(draft, constantText(node)))
        return draft.facts.relations
          .filter(relation => schemas.includes(relation.schema))
          .flatMap(relation => relationTargets(statement, relation))
      }
      return objects.flatMap(node => relationTargets(statement, relationOf(draft, node)))
    }
    default:
      throw unsupported(`GRANT on ${(statement.objtype ?? 'this').replace('OBJECT_', '').toLowerCase()}`)
  }
}

function databaseTargets(draft: Draft, statement: GrantStmt, name: string): Target[] {
  if (name !== draft.facts.database)
    throw new EverportError('undefined_database', `database "${name}" does not exist`)
  return plain(statement, 'database').map(privilege => ({ on: { kind: 'database', name }, privilege }))
}

function relationTargets(statement: GrantStmt, { schema, name, columns }: RelationInfo): Target[] {
  if (statement.privileges === undefined)
    return [{ on: { kind: 'relation', schema, name }, privilege: 'SELECT' }]
  return statement.privileges.flatMap((node): Target[] => {
    const { priv_name: word = 'all', cols } = 'AccessPriv' in node ? node.AccessPriv : {}
    checkPrivilege(word, 'relation')
    if (cols === undefined) return [{ on: { kind: 'relation', schema, name }, privilege: 'SELECT' }]
    return cols.map(constantText).map(column => {
      if (!columns.includes(column))
        throw new EverportError('undefined_column', `column "${column}" of relation "${name}" does not exist`)
      return { on: { kind: 'column', schema, name, column }, privilege: 'SELECT' }
    })
  })
}

/** ALL PRIVILEGES has no list. */
function plain(statement: GrantStmt, kind: 'database' | 'schema'): readonly Privilege[] {
  for (const node of statement.privileges ?? []) {
    const { priv_name: word = 'all', cols } = 'AccessPriv' in node ? node.AccessPriv : {}
    if (cols !== undefined)
      throw new EverportError('invalid_grant', 'column privileges are only valid for relations')
    checkPrivilege(word, kind)
  }
  return privilegesOf[kind]
}

export function checkPrivilege(word: string, kind: 'database' | 'schema' | 'relation'): void {
  const known: readonly string[] = privilegesOf[kind]
  if (word === 'all' || known.includes(word.toUpperCase())) return
  if (!writing.has(word) && !['select', 'usage', 'connect'].includes(word))
    throw new EverportError('syntax_error', `unrecognized privilege type "${word}"`)
  if (writing.has(word)) throw unsupported(`privilege ${word.toUpperCase()}, as this node only reads,`)
  throw new EverportError('invalid_grant', `invalid privilege type ${word.toUpperCase()} for ${kind}`)
}

/** Without the grant option nothing is passed on; PostgreSQL says so in these words when one has no privilege at all. */
function checkMayGrant(draft: Draft, privilege: Privilege, on: GrantObject): void {
  if (isAdmin(draft)) return
  const roles = actsAs(draft.access, draft.facts.role)
  const whole: GrantObject =
    on.kind === 'column' ? { kind: 'relation', schema: on.schema, name: on.name } : on
  if (
    isGranted(draft.access, roles, privilege, on, true) ||
    isGranted(draft.access, roles, privilege, whole, true)
  )
    return
  throw denied(on.kind === 'database' || on.kind === 'schema' ? on.kind : 'view', on.name)
}

function give(draft: Draft, grant: Grant): void {
  const { rights } = draft
  const isSame = (one: Grant): boolean =>
    one.grantee === grant.grantee && one.privilege === grant.privilege && isSameObject(one.on, grant.on)
  const before = rights.grants.find(isSame)
  if (before !== undefined && (before.grantable || !grant.grantable)) {
    draft.rights = { ...rights, takenFromPublic: withoutTaken(draft, grant.grantee, grant.on) }
    return
  }
  draft.rights = {
    ...rights,
    grants: [...rights.grants.filter(one => !isSame(one)), grant],
    takenFromPublic: withoutTaken(draft, grant.grantee, grant.on),
  }
}

function withoutTaken({ rights }: Draft, grantee: string, on: GrantObject): readonly GrantObject[] {
  if (grantee !== everybody) return rights.takenFromPublic
  return rights.takenFromPublic.filter(taken => !isSameObject(taken, on))
}

/** A privilege on a relation takes those on its columns along, as in PostgreSQL. */
function take(
  draft: Draft,
  grantee: string,
  privilege: Privilege,
  on: GrantObject,
  statement: GrantStmt,
): void {
  const { rights } = draft
  const covers = (one: Grant): boolean =>
    one.grantee === grantee &&
    one.privilege === privilege &&
    (isSameObject(one.on, on) ||
      (on.kind === 'relation' &&
        one.on.kind === 'column' &&
        one.on.schema === on.schema &&
        one.on.name === on.name))
  const passedOn = rights.grants.filter(
    one =>
      one.grantor === grantee &&
      one.grantee !== grantee &&
      one.privilege === privilege &&
      isSameObject(one.on, on),
  )
  if (passedOn.length > 0 && statement.behavior !== 'DROP_CASCADE') {
    throw new EverportError('dependent_objects', 'dependent privileges exist', {
      hint: 'Use CASCADE to revoke them too.',
    })
  }
  draft.rights = {
    ...rights,
    grants:
      statement.grant_option === true
        ? rights.grants.map(one => (covers(one) ? { ...one, grantable: false } : one))
        : rights.grants.filter(one => !covers(one)),
    takenFromPublic:
      grantee === everybody &&
      statement.grant_option !== true &&
      (on.kind === 'database' || on.kind === 'schema')
        ? [...withoutTaken(draft, grantee, on), on]
        : rights.takenFromPublic,
  }
  if (on.kind === 'relation') exceptFromDefaults(draft, grantee, on, statement.grant_option === true)
  for (const { grantee: next } of passedOn)
    take(draft, next, privilege, on, { ...statement, grant_option: false })
}

export function checkedSchema(draft: Draft, name: string): string {
  if (name === 'public' || draft.facts.relations.some(({ schema }) => schema === name)) return name
  throw new EverportError('undefined_schema', `schema "${name}" does not exist`)
}

/** The relation that a statement names; without a schema it is looked for in `public`. */
export function relationOf(draft: Draft, node: Node | undefined): RelationInfo {
  const { schemaname = 'public', relname = '' } =
    node !== undefined && 'RangeVar' in node ? node.RangeVar : {}
  return relationNamed(draft, schemaname, relname)
}

export function relationNamed(draft: Draft, schema: string, name: string): RelationInfo {
  const found = draft.facts.relations.find(one => one.schema === schema && one.name === name)
  if (found !== undefined) return found
  const shown = schema === 'public' ? name : `${schema}.${name}`
  throw new EverportError('undefined_table', `relation "${shown}" does not exist`)
}
