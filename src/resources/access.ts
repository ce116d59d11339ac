/** Under `access/role/<name>`: a role. Holds a SCRAM verifier (RFC 5803), never a password. */
export interface RoleDocument {
  readonly name: string
  /** `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, as in PostgreSQL's pg_authid; empty: no password, so no login. */
  readonly verifier: string
  /** What is left out of documents of earlier versions: true, true, and none of the rest. */
  readonly canLogin?: boolean
  readonly isSuperuser?: boolean
  readonly bypassesRowSecurity?: boolean
  readonly inherits?: boolean
  /** -1: no limit. */
  readonly connectionLimit?: number
  /** ISO 8601; the password is refused from then on. */
  readonly validUntil?: string
  readonly memberOf?: readonly Membership[]
  /** ALTER ROLE … SET, by name in lower case. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface Membership {
  readonly role: string
  /** May grant the role to others. */
  readonly admin: boolean
}

/** Under `access/rights`: who may do what. One document, so that a statement is committed whole. */
export interface RightsDocument {
  readonly grants: readonly Grant[]
  readonly policies: readonly Policy[]
  readonly masks: readonly Mask[]
  /** What PUBLIC has by default and was taken from it: CONNECT on the database, USAGE on schema public. */
  readonly takenFromPublic: readonly GrantObject[]
  /** Relations whose policies are switched off. */
  readonly withoutRowSecurity: readonly RelationKey[]
  /** ALTER DEFAULT PRIVILEGES. */
  readonly defaults?: readonly DefaultGrant[]
}

/** SELECT on every relation that the catalog gets from then on. */
export interface DefaultGrant {
  readonly grantee: string
  /** Absent: in all of them. */
  readonly schema?: string
  readonly grantable: boolean
  readonly grantor: string
  /** Relations that were there before, and those that it was taken from since. */
  readonly except: readonly RelationKey[]
}

export type Privilege = 'SELECT' | 'USAGE' | 'CONNECT'

/** `public` is everybody. */
export interface Grant {
  readonly grantee: string
  readonly on: GrantObject
  readonly privilege: Privilege
  readonly grantable: boolean
  readonly grantor: string
}

export type GrantObject =
  | { readonly kind: 'database'; readonly name: string }
  | { readonly kind: 'schema'; readonly name: string }
  | { readonly kind: 'relation'; readonly schema: string; readonly name: string }
  | { readonly kind: 'column'; readonly schema: string; readonly name: string; readonly column: string }

export interface RelationKey {
  readonly schema: string
  readonly name: string
}

/** Rows that roles see. */
export interface Policy {
  readonly name: string
  readonly relation: RelationKey
  readonly roles: readonly string[]
  readonly isPermissive: boolean
  /** SQL, as it was written. */
  readonly using: string
}

/** What roles see instead of a column. */
export interface Mask {
  readonly relation: RelationKey
  readonly column: string
  /** SQL, as it was written. */
  readonly expression: string
  readonly roles: readonly string[]
  /** Roles among them that see the column itself. */
  readonly except: readonly string[]
}

export const roleKey = (name: string): string => `access/role/${name}`
export const rolePrefix = 'access/role/'
export const rightsKey = 'access/rights'
export const everybody = 'public'

export const noRights: RightsDocument = {
  grants: [],
  takenFromPublic: [],
  policies: [],
  masks: [],
  withoutRowSecurity: [],
}
