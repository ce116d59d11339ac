import type { AlterPolicyStmt, AlterTableStmt, CreatePolicyStmt, DropStmt, Node } from 'libpg-query'
import { EverportError } from '../../base/errors.ts'
import { everybody, type Mask, type Policy, type RelationKey } from '../../resources/access.ts'
import { tokens } from '../statements/token-text.ts'
import { isSameRelation } from './access-state.ts'
import { type Draft, existingRole, isAdmin } from './draft.ts'
import { relationNamed, relationOf } from './grant-statement.ts'
import { nameOfNode } from './role-statements.ts'
import { constantText, optionsOf, unsupported } from './tree.ts'

export function createPolicy(draft: Draft, statement: CreatePolicyStmt): string {
  const relation = policedRelation(draft, statement.table)
  const name = statement.policy_name ?? ''
  if (statement.cmd_name !== 'select' && statement.cmd_name !== 'all')
    throw unsupported(`a policy FOR ${(statement.cmd_name ?? '').toUpperCase()}, as this node only reads,`)
  if (statement.with_check !== undefined) throw unsupported('WITH CHECK, as this node only reads,')
  if (findPolicy(draft, relation, name) !== undefined)
    throw new EverportError(
      'duplicate_object',
      `policy "${name}" for table "${relation.name}" already exists`,
    )
  const policy: Policy = {
    name,
    relation,
    roles: policyRoles(draft, statement.roles),
    isPermissive: statement.permissive === true,
    using: statement.qual === undefined ? 'true' : usingText(draft.facts.text),
  }
  draft.rights = { ...draft.rights, policies: [...draft.rights.policies, policy] }
  return 'CREATE POLICY'
}

export function alterPolicy(draft: Draft, statement: AlterPolicyStmt): string {
  const relation = policedRelation(draft, statement.table)
  const name = statement.policy_name ?? ''
  const before = existingPolicy(draft, relation, name)
  if (statement.with_check !== undefined) throw unsupported('WITH CHECK, as this node only reads,')
  const policy: Policy = {
    ...before,
    ...(statement.roles === undefined ? {} : { roles: policyRoles(draft, statement.roles) }),
    ...(statement.qual === undefined ? {} : { using: usingText(draft.facts.text) }),
  }
  draft.rights = {
    ...draft.rights,
    policies: draft.rights.policies.map(one => (one === before ? policy : one)),
  }
  return 'ALTER POLICY'
}

export function dropPolicy(draft: Draft, statement: DropStmt): string {
  for (const node of statement.objects ?? []) {
    const parts = 'List' in node ? (node.List.items ?? []).map(constantText) : []
    const [name = '', table = '', schema = 'public'] = parts.toReversed()
    needAdmin(draft)
    const relation = relationNamed(draft, schema, table)
    if (statement.missing_ok === true && findPolicy(draft, relation, name) === undefined) {
      draft.notices.push(`policy "${name}" for relation "${table}" does not exist, skipping`)
      continue
    }
    const before = existingPolicy(draft, relation, name)
    draft.rights = { ...draft.rights, policies: draft.rights.policies.filter(one => one !== before) }
  }
  return 'DROP POLICY'
}

/** Masks of columns, and whether policies hold. */
export function alterRelation(draft: Draft, statement: AlterTableStmt): string {
  const relation = policedRelation(draft, statement.relation)
  for (const node of statement.cmds ?? []) {
    const { subtype, name = '', def } = 'AlterTableCmd' in node ? node.AlterTableCmd : {}
    const options = def !== undefined && 'List' in def ? optionsOf(def.List.items) : []
    if (subtype === 'AT_SetOptions') setMask(draft, relation, name, options)
    else if (subtype === 'AT_ResetOptions') dropMask(draft, relation, name, options)
    else if (subtype === 'AT_EnableRowSecurity') switchPolicies(draft, relation, true)
    else if (subtype === 'AT_DisableRowSecurity') switchPolicies(draft, relation, false)
    else throw unsupported('this change of a relation: the catalog file makes them; its')
  }
  return statement.objtype === 'OBJECT_VIEW' ? 'ALTER VIEW' : 'ALTER TABLE'
}

const maskOptions = ['mask', 'mask_roles', 'mask_except']

function setMask(
  draft: Draft,
  relation: RelationKey,
  column: string,
  options: [string, Node | undefined][],
): void {
  checkColumn(draft, relation, column)
  for (const [option] of options) {
    if (!maskOptions.includes(option))
      throw new EverportError('invalid_input', `unrecognized parameter "${option}"`, {
        hint: `known are ${maskOptions.join(', ')}`,
      })
  }
  const given = new Map(options.map(([option, value]) => [option, constantText(value)]))
  const before = findMask(draft, relation, column)
  const expression = given.get('mask') ?? before?.expression
  if (expression === undefined)
    throw new EverportError('invalid_input', `column "${column}" has no mask`, {
      hint: `ALTER VIEW ${relation.name} ALTER COLUMN ${column} SET (mask = '…', mask_roles = '…')`,
    })
  const roles = given.get('mask_roles')
  const except = given.get('mask_except')
  const mask: Mask = {
    relation,
    column,
    expression,
    roles: roles === undefined ? (before?.roles ?? [everybody]) : listedRoles(draft, roles),
    except: except === undefined ? (before?.except ?? []) : listedRoles(draft, except),
  }
  draft.rights = { ...draft.rights, masks: [...draft.rights.masks.filter(one => one !== before), mask] }
}

function dropMask(
  draft: Draft,
  relation: RelationKey,
  column: string,
  options: [string, Node | undefined][],
): void {
  checkColumn(draft, relation, column)
  if (!options.some(([option]) => option === 'mask')) throw unsupported('RESET of a part of a mask')
  const before = findMask(draft, relation, column)
  draft.rights = { ...draft.rights, masks: draft.rights.masks.filter(one => one !== before) }
}

function listedRoles(draft: Draft, text: string): string[] {
  const names = text
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
  for (const name of names) if (name !== everybody) existingRole(draft, name)
  return names
}

function switchPolicies(draft: Draft, relation: RelationKey, isOn: boolean): void {
  const others = draft.rights.withoutRowSecurity.filter(one => !isSameRelation(one, relation))
  draft.rights = { ...draft.rights, withoutRowSecurity: isOn ? others : [...others, relation] }
}

function findMask({ rights }: Draft, relation: RelationKey, column: string): Mask | undefined {
  return rights.masks.find(mask => mask.column === column && isSameRelation(mask.relation, relation))
}

function findPolicy({ rights }: Draft, relation: RelationKey, name: string): Policy | undefined {
  return rights.policies.find(policy => policy.name === name && isSameRelation(policy.relation, relation))
}

function existingPolicy(draft: Draft, relation: RelationKey, name: string): Policy {
  const found = findPolicy(draft, relation, name)
  if (found !== undefined) return found
  throw new EverportError('undefined_object', `policy "${name}" for table "${relation.name}" does not exist`)
}

function policyRoles(draft: Draft, roles: readonly Node[] | undefined): string[] {
  const names = (roles ?? []).map(node => nameOfNode(draft, node))
  for (const name of names) if (name !== everybody) existingRole(draft, name)
  return names
}

function policedRelation(draft: Draft, range: CreatePolicyStmt['table']): RelationKey {
  const { schema, name, kind } = relationOf(draft, range === undefined ? undefined : { RangeVar: range })
  if (!isAdmin(draft)) throw new EverportError('insufficient_privilege', `must be owner of ${kind} ${name}`)
  return { schema, name }
}

function needAdmin(draft: Draft): void {
  if (!isAdmin(draft)) throw new EverportError('insufficient_privilege', 'permission denied to drop policy')
}

function checkColumn(draft: Draft, relation: RelationKey, column: string): void {
  if (relationNamed(draft, relation.schema, relation.name).columns.includes(column)) return
  throw new EverportError(
    'undefined_column',
    `column "${column}" of relation "${relation.name}" does not exist`,
  )
}

/** What stands between the parentheses behind USING. The parser has read the statement: they match. */
function usingText(statement: string): string {
  const found = tokens(statement)
  let depth = 0
  let start: number | undefined
  for (const [i, token] of found.entries()) {
    if (token.text === '(' && token.kind === 'symbol') {
      if (depth++ === 0 && found[i - 1]?.text === 'using' && found[i - 1]?.kind === 'word')
        start ??= token.end
    } else if (token.text === ')' && token.kind === 'symbol' && --depth === 0 && start !== undefined) {
      return statement.slice(start, token.start)
    }
  }
  throw new EverportError('syntax_error', 'USING has no expression')
}
