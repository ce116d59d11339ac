import type {
  AlterRoleSetStmt,
  AlterRoleStmt,
  CreateRoleStmt,
  DropRoleStmt,
  GrantRoleStmt,
  Node,
  RenameStmt,
  RoleSpec,
} from 'libpg-query'
import { EverportError } from '../../base/errors.ts'
import { everybody, type Membership, type RoleDocument } from '../../resources/access.ts'
import { parseVerifier } from '../auth/scram-verifier.ts'
import { checkedValue, settingNamed } from '../statements/settings.ts'
import { type Draft, existingRole, isAdmin, roleNow, rolesNow } from './draft.ts'
import { constantText, optionsOf, unsupported } from './tree.ts'

export function createRole(draft: Draft, statement: CreateRoleStmt): string {
  needAdmin(draft, 'permission denied to create role')
  const name = newName(draft, statement.role ?? '')
  const base: RoleDocument = {
    name,
    verifier: '',
    canLogin: statement.stmt_type === 'ROLESTMT_USER',
    isSuperuser: false,
    inherits: true,
    connectionLimit: -1,
    memberOf: [],
  }
  draft.roles.set(name, withOptions(draft, base, statement.options))
  for (const [option, value] of optionsOf(statement.options)) {
    if (option === 'addroleto') for (const role of roleNames(draft, value)) join(draft, role, name, false)
    if (option === 'rolemembers') for (const role of roleNames(draft, value)) join(draft, name, role, false)
    if (option === 'adminmembers') for (const role of roleNames(draft, value)) join(draft, name, role, true)
  }
  return 'CREATE ROLE'
}

export function alterRole(draft: Draft, statement: AlterRoleStmt): string {
  const name = roleName(draft, statement.role)
  const options = optionsOf(statement.options)
  const isOwnPassword = name === draft.facts.role && options.every(([option]) => option === 'password')
  if (!isOwnPassword) needAdmin(draft, 'permission denied to alter role')
  const role = existingRole(draft, name)
  for (const [option, value] of options) {
    if (option !== 'rolemembers') continue
    for (const member of roleNames(draft, value))
      if (statement.action === -1) leave(draft, name, member)
      else join(draft, name, member, false)
  }
  const changed = withOptions(draft, roleNow(draft, name) ?? role, statement.options)
  if (role.isSuperuser !== false && changed.isSuperuser === false) keepOneAdmin(draft, name)
  draft.roles.set(name, changed)
  return 'ALTER ROLE'
}

/** ALTER ROLE … SET and RESET: what its sessions begin with. */
export function alterRoleSettings(draft: Draft, { role: spec, database, setstmt }: AlterRoleSetStmt): string {
  if (spec === undefined) throw unsupported('ALTER ROLE ALL')
  if (database !== undefined && database !== draft.facts.database)
    throw new EverportError('undefined_database', `database "${database}" does not exist`)
  const name = roleName(draft, spec)
  if (name !== draft.facts.role) needAdmin(draft, 'permission denied to alter role')
  const role = existingRole(draft, name)
  const settings = new Map(Object.entries(role.settings ?? {}))
  const setting = settingOf(setstmt?.name ?? '')
  if (setstmt?.kind === 'VAR_RESET_ALL') settings.clear()
  else if (setstmt?.kind === 'VAR_SET_VALUE')
    settings.set(
      setting.toLowerCase(),
      checkedValue(settingNamed(setting), (setstmt.args ?? []).map(constantText).join(', ')),
    )
  else if (setstmt?.kind === 'VAR_RESET' || setstmt?.kind === 'VAR_SET_DEFAULT')
    settings.delete(setting.toLowerCase())
  else throw unsupported('SET FROM CURRENT')
  draft.roles.set(name, { ...role, settings: Object.fromEntries(settings) })
  return 'ALTER ROLE'
}

function settingOf(name: string): string {
  return name === '' ? name : settingNamed(name).name
}

export function renameRole(draft: Draft, { subname = '', newname = '' }: RenameStmt): string {
  needAdmin(draft, 'permission denied to rename role')
  const role = existingRole(draft, subname)
  if (subname === draft.facts.role) throw unsupported('session user cannot be renamed')
  const name = newName(draft, newname)
  draft.roles.set(subname, undefined)
  draft.roles.set(name, { ...role, name })
  for (const member of rolesNow(draft)) {
    const memberOf = member.memberOf ?? []
    if (!memberOf.some(each => each.role === subname)) continue
    draft.roles.set(member.name, {
      ...member,
      memberOf: memberOf.map(each => (each.role === subname ? { ...each, role: name } : each)),
    })
  }
  const renamed = (one: string): string => (one === subname ? name : one)
  const { rights } = draft
  draft.rights = {
    ...rights,
    grants: rights.grants.map(grant => ({
      ...grant,
      grantee: renamed(grant.grantee),
      grantor: renamed(grant.grantor),
    })),
    ...(rights.defaults === undefined
      ? {}
      : {
          defaults: rights.defaults.map(one => ({
            ...one,
            grantee: renamed(one.grantee),
            grantor: renamed(one.grantor),
          })),
        }),
    policies: rights.policies.map(policy => ({ ...policy, roles: policy.roles.map(renamed) })),
    masks: rights.masks.map(mask => ({
      ...mask,
      roles: mask.roles.map(renamed),
      except: mask.except.map(renamed),
    })),
  }
  return 'ALTER ROLE'
}

export function dropRole(draft: Draft, statement: DropRoleStmt): string {
  needAdmin(draft, 'permission denied to drop role')
  for (const name of (statement.roles ?? []).map(spec => nameOfNode(draft, spec))) {
    const role = roleNow(draft, name)
    if (role === undefined && statement.missing_ok === true) {
      draft.notices.push(`role "${name}" does not exist, skipping`)
      continue
    }
    existingRole(draft, name)
    if (name === draft.facts.role) throw new EverportError('object_in_use', 'current user cannot be dropped')
    checkUnused(draft, name)
    draft.roles.set(name, undefined)
    for (const member of rolesNow(draft))
      if (member.memberOf?.some(each => each.role === name) === true) leave(draft, name, member.name)
  }
  return 'DROP ROLE'
}

/** As in PostgreSQL, rights are revoked first: a role that is dropped and made again must not have them back. */
function checkUnused({ rights }: Draft, name: string): void {
  const found = [
    ...rights.grants
      .filter(grant => grant.grantee === name || grant.grantor === name)
      .map(grant => `privileges for ${grant.on.kind} ${grant.on.name}`),
    ...(rights.defaults ?? [])
      .filter(one => one.grantee === name || one.grantor === name)
      .map(
        one =>
          `default privileges on new relations${one.schema === undefined ? '' : ` in schema ${one.schema}`}`,
      ),
    ...rights.policies
      .filter(policy => policy.roles.includes(name))
      .map(policy => `target of policy ${policy.name} on ${policy.relation.name}`),
    ...rights.masks
      .filter(mask => [...mask.roles, ...mask.except].includes(name))
      .map(mask => `mask of column ${mask.column} of ${mask.relation.name}`),
  ]
  if (found.length === 0) return
  throw new EverportError(
    'dependent_objects',
    `role "${name}" cannot be dropped because some objects depend on it`,
    {
      detail: [...new Set(found)].slice(0, 20).join('\n'),
      hint: `REVOKE its privileges, and alter the policies and masks that name it, first.`,
    },
  )
}

export function grantRole(draft: Draft, statement: GrantRoleStmt): string {
  const isGrant = statement.is_grant === true
  const options = optionsOf(statement.opt)
  const admin = options.some(([name]) => name === 'admin')
  if (options.some(([name]) => name !== 'admin')) throw unsupported('this option of a membership')
  for (const node of statement.granted_roles ?? []) {
    const role = 'AccessPriv' in node ? (node.AccessPriv.priv_name ?? '') : ''
    existingRole(draft, role)
    const mine = draft.access.roles.get(draft.facts.role)?.memberOf?.find(each => each.role === role)
    if (!isAdmin(draft) && mine?.admin !== true)
      throw new EverportError('insufficient_privilege', `must have admin option on role "${role}"`)
    for (const member of (statement.grantee_roles ?? []).map(spec => nameOfNode(draft, spec))) {
      existingRole(draft, member)
      if (isGrant) join(draft, role, member, admin)
      else if (admin) join(draft, role, member, false, 'replace')
      else leave(draft, role, member)
    }
  }
  return isGrant ? 'GRANT ROLE' : 'REVOKE ROLE'
}

function join(draft: Draft, role: string, member: string, admin: boolean, how?: 'replace'): void {
  existingRole(draft, role)
  const document = existingRole(draft, member)
  if (role === member || reaches(draft, role, member))
    throw new EverportError('invalid_grant', `role "${role}" is a member of role "${member}"`)
  const memberOf = document.memberOf ?? []
  const before = memberOf.find(each => each.role === role)
  if (how === 'replace' && before === undefined) return
  const joined: Membership = { role, admin: how === 'replace' ? admin : admin || before?.admin === true }
  draft.roles.set(member, { ...document, memberOf: [...memberOf.filter(each => each.role !== role), joined] })
}

function leave(draft: Draft, role: string, member: string): void {
  const document = existingRole(draft, member)
  if (document.memberOf?.some(each => each.role === role) !== true) {
    draft.notices.push(`role "${member}" is not a member of role "${role}"`)
    return
  }
  draft.roles.set(member, { ...document, memberOf: document.memberOf.filter(each => each.role !== role) })
}

function reaches(draft: Draft, from: string, to: string): boolean {
  return (roleNow(draft, from)?.memberOf ?? []).some(({ role }) => role === to || reaches(draft, role, to))
}

function withOptions(draft: Draft, base: RoleDocument, options: readonly Node[] | undefined): RoleDocument {
  let role = base
  for (const [option, value] of optionsOf(options)) {
    switch (option) {
      case 'canlogin':
        role = { ...role, canLogin: isTrue(value) }
        break
      case 'superuser':
        role = { ...role, isSuperuser: isTrue(value) }
        break
      case 'inherit':
        role = { ...role, inherits: isTrue(value) }
        break
      case 'bypassrls':
        role = { ...role, bypassesRowSecurity: isTrue(value) }
        break
      case 'connectionlimit':
        role = { ...role, connectionLimit: connectionLimit(value) }
        break
      case 'validUntil':
        role = withExpiry(role, constantText(value))
        break
      case 'password':
        role = { ...role, verifier: value === undefined ? '' : verifierOf(draft, constantText(value)) }
        break
      case 'addroleto':
      case 'rolemembers':
      case 'adminmembers':
        break
      default:
        // NOCREATEDB and its like say what is so anyway.
        if (isTrue(value))
          throw unsupported(`${option.toUpperCase()}: a role that administers is SUPERUSER here`)
    }
  }
  return role
}

function isTrue(value: Node | undefined): boolean {
  return value !== undefined && 'Boolean' in value && value.Boolean.boolval === true
}

function connectionLimit(value: Node | undefined): number {
  const limit = Number(constantText(value))
  if (limit >= -1) return limit
  throw new EverportError('invalid_input', `invalid connection limit: ${limit}`)
}

function withExpiry(role: RoleDocument, text: string): RoleDocument {
  const { validUntil: _, ...rest } = role
  if (text.toLowerCase() === 'infinity') return rest
  const time = Date.parse(/[zZ]$|[+-]\d\d(?::?\d\d)?$/.test(text) || !/\d:\d/.test(text) ? text : `${text}Z`)
  if (Number.isNaN(time))
    throw new EverportError(
      'invalid_datetime',
      `invalid input syntax for type timestamp with time zone: "${text}"`,
    )
  return { ...rest, validUntil: new Date(time).toISOString() }
}

/** What is a verifier already is kept as it is, as PostgreSQL does. */
function verifierOf(draft: Draft, password: string): string {
  if (parseVerifier(password) !== undefined) return password
  if (password === '') {
    draft.notices.push('empty string is not a valid password, clearing password')
    return ''
  }
  return draft.facts.makeVerifier(password)
}

function newName(draft: Draft, name: string): string {
  if (name === everybody || name === 'none' || name.startsWith('pg_'))
    throw new EverportError('reserved_name', `role name "${name}" is reserved`)
  if (roleNow(draft, name) !== undefined)
    throw new EverportError('duplicate_object', `role "${name}" already exists`)
  return name
}

function keepOneAdmin(draft: Draft, leaving: string): void {
  const others = rolesNow(draft).filter(
    role => role.name !== leaving && role.isSuperuser !== false && role.canLogin !== false,
  )
  if (others.length > 0) return
  throw new EverportError('dependent_objects', `role "${leaving}" is the only one that administers`, {
    hint: 'make another one SUPERUSER first',
  })
}

function needAdmin(draft: Draft, message: string): void {
  if (!isAdmin(draft)) throw new EverportError('insufficient_privilege', message)
}

export function roleName(draft: Draft, spec: RoleSpec | undefined): string {
  switch (spec?.roletype) {
    case 'ROLESPEC_CSTRING':
      return spec.rolename ?? ''
    case 'ROLESPEC_CURRENT_USER':
    case 'ROLESPEC_CURRENT_ROLE':
    case 'ROLESPEC_SESSION_USER':
      return draft.facts.role
    default:
      return everybody
  }
}

export function nameOfNode(draft: Draft, node: Node): string {
  return roleName(draft, 'RoleSpec' in node ? node.RoleSpec : undefined)
}

function roleNames(draft: Draft, list: Node | undefined): string[] {
  return list !== undefined && 'List' in list
    ? (list.List.items ?? []).map(node => nameOfNode(draft, node))
    : []
}
