import { EverportError } from '../../base/errors.ts'
import { type RightsDocument, type RoleDocument, rightsKey, roleKey } from '../../resources/access.ts'
import type { Change, Guard } from '../../store/store.ts'
import { type AccessState, isSuperuser } from './access-state.ts'
import type { RelationInfo } from './relation-access.ts'

/** One statement about roles and rights, from what was read to what is to be written. */
export interface Draft {
  readonly access: AccessState
  readonly facts: RightsFacts
  readonly roles: Map<string, RoleDocument | undefined>
  rights: RightsDocument
  /** Roles that the statement relies on: it is not committed when one of them has changed meanwhile. */
  readonly relied: Set<string>
  readonly notices: string[]
}

export interface RightsFacts {
  /** Who says it. */
  readonly role: string
  readonly database: string
  readonly relations: readonly RelationInfo[]
  readonly text: string
  /** A SCRAM verifier with a salt of its own. */
  readonly makeVerifier: (password: string) => string
}

export function createDraft(access: AccessState, facts: RightsFacts): Draft {
  return { access, facts, roles: new Map(), rights: access.rights, relied: new Set(), notices: [] }
}

export function roleNow(draft: Draft, name: string): RoleDocument | undefined {
  draft.relied.add(name)
  return draft.roles.has(name) ? draft.roles.get(name) : draft.access.roles.get(name)
}

export function existingRole(draft: Draft, name: string): RoleDocument {
  const role = roleNow(draft, name)
  if (role === undefined) throw new EverportError('undefined_object', `role "${name}" does not exist`)
  return role
}

export function rolesNow(draft: Draft): RoleDocument[] {
  const all = new Map<string, RoleDocument | undefined>([...draft.access.roles, ...draft.roles])
  return [...all.values()].filter(role => role !== undefined)
}

export function isAdmin({ access, facts }: Draft): boolean {
  return isSuperuser(access, facts.role)
}

export function writesOf(draft: Draft): { guards: Guard[]; changes: Change[] } {
  const { access } = draft
  const changes: Change[] = [...draft.roles].map(([name, value]) => ({ key: roleKey(name), value }))
  if (draft.rights !== access.rights) changes.push({ key: rightsKey, value: draft.rights })
  const keys = new Set([...changes.map(({ key }) => key), ...[...draft.relied].map(roleKey), rightsKey])
  return {
    changes,
    guards: [...keys].map(key => ({ key, revision: access.written.get(key) ?? 'absent' })),
  }
}
