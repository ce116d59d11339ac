/** Under `access/role/<name>`: who may log in. Holds a SCRAM verifier (RFC 5803), never a password. */
export interface RoleDocument {
  readonly name: string
  /** `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, as in PostgreSQL's pg_authid. */
  readonly verifier: string
}

export const roleKey = (name: string): string => `access/role/${name}`
