import { type AccessState, actsAs, isGranted, isSuperuser } from './access-state.ts'

/**
 * The verifier of a role that may log in now: LOGIN, a password, not past VALID UNTIL, CONNECT on the database. Others are told what those are told whose password is
 * wrong, so that nobody learns which roles there are.
 */
export function loginVerifier(
  access: AccessState,
  role: string,
  now: Date,
  database: string,
): string | undefined {
  const document = access.roles.get(role)
  if (document === undefined || document.canLogin === false || document.verifier === '') return undefined
  if (document.validUntil !== undefined && Date.parse(document.validUntil) <= now.getTime()) return undefined
  const mayConnect =
    isSuperuser(access, role) ||
    isGranted(access, actsAs(access, role), 'CONNECT', { kind: 'database', name: database })
  return mayConnect ? document.verifier : undefined
}
