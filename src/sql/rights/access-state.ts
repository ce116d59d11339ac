import {
  type DefaultGrant,
  everybody,
  type GrantObject,
  noRights,
  type Policy,
  type Privilege,
  type RelationKey,
  type RightsDocument,
  type RoleDocument,
  rightsKey,
  rolePrefix,
} from '../../resources/access.ts'
import type { Revision, Snapshot } from '../../store/store.ts'

/** Roles and rights at one revision of the store; never changes. */
export interface AccessState {
  readonly revision: Revision
  readonly roles: ReadonlyMap<string, RoleDocument>
  /** When each role, and the rights, were last written: what a commit is guarded by. */
  readonly written: ReadonlyMap<string, Revision>
  readonly rights: RightsDocument
}

export function readAccess(snapshot: Snapshot): AccessState {
  const roles = snapshot.list<RoleDocument>(rolePrefix)
  const rights = snapshot.get<RightsDocument>(rightsKey)
  const written = new Map(roles.map(({ key, revision }) => [key, revision]))
  if (rights !== undefined) written.set(rightsKey, rights.revision)
  return {
    revision: snapshot.revision,
    roles: new Map(roles.map(({ value }) => [value.name, value])),
    written,
    rights: rights?.value ?? noRights,
  }
}

/** A role of an earlier version may do everything, as it could. */
export function isSuperuser(access: AccessState, role: string): boolean {
  const found = access.roles.get(role)
  return found !== undefined && (found.isSuperuser ?? true)
}

export function bypassesRowSecurity(access: AccessState, role: string): boolean {
  return isSuperuser(access, role) || access.roles.get(role)?.bypassesRowSecurity === true
}

/** Every role that the role is a member of, at any depth, itself left out. */
export function membershipsOf(access: AccessState, role: string): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (name: string): void => {
    for (const { role: above } of access.roles.get(name)?.memberOf ?? []) {
      if (found.has(above)) continue
      found.add(above)
      visit(above)
    }
  }
  visit(role)
  found.delete(role)
  return found
}

/** Itself, everybody, and the roles whose rights it has: NOINHERIT stops there. */
export function actsAs(access: AccessState, role: string): ReadonlySet<string> {
  const found = new Set([role, everybody])
  const visit = (name: string): void => {
    const document = access.roles.get(name)
    if (document === undefined || document.inherits === false) return
    for (const { role: above } of document.memberOf ?? []) {
      if (found.has(above)) continue
      found.add(above)
      visit(above)
    }
  }
  visit(role)
  return found
}

/** Whether one of the roles was granted the privilege; `grantable`: with the right to pass it on. */
export function isGranted(
  access: AccessState,
  roles: ReadonlySet<string>,
  privilege: Privilege,
  on: GrantObject,
  grantable = false,
): boolean {
  if (!grantable && isGivenToEverybody(access, on)) return true
  if (on.kind === 'relation' && privilege === 'SELECT') {
    const { defaults = [] } = access.rights
    const isGiven = defaults.some(
      one => roles.has(one.grantee) && (one.grantable || !grantable) && coversByDefault(one, on),
    )
    if (isGiven) return true
  }
  return access.rights.grants.some(
    grant =>
      grant.privilege === privilege &&
      (grant.grantable || !grantable) &&
      roles.has(grant.grantee) &&
      isSameObject(grant.on, on),
  )
}

export function coversByDefault({ schema, except }: DefaultGrant, relation: RelationKey): boolean {
  if (schema !== undefined && schema !== relation.schema) return false
  return !except.some(one => isSameRelation(one, relation))
}

/** What PostgreSQL gives to PUBLIC in a new database. */
function isGivenToEverybody(access: AccessState, on: GrantObject): boolean {
  const isDefault = on.kind === 'database' || (on.kind === 'schema' && on.name === 'public')
  return isDefault && !access.rights.takenFromPublic.some(taken => isSameObject(taken, on))
}

export function isSameObject(one: GrantObject, other: GrantObject): boolean {
  if (one.kind !== other.kind || one.name !== other.name) return false
  if (one.kind === 'database' || one.kind === 'schema') return true
  if (other.kind === 'database' || other.kind === 'schema' || one.schema !== other.schema) return false
  return one.kind !== 'column' || (other.kind === 'column' && one.column === other.column)
}

export function isSameRelation(one: RelationKey, other: RelationKey): boolean {
  return one.schema === other.schema && one.name === other.name
}

/** Undefined: all rows. */
export function policiesOn(access: AccessState, relation: RelationKey): readonly Policy[] | undefined {
  const { policies, withoutRowSecurity } = access.rights
  if (withoutRowSecurity.some(one => isSameRelation(one, relation))) return undefined
  const found = policies.filter(policy => isSameRelation(policy.relation, relation))
  return found.length === 0 ? undefined : found
}
