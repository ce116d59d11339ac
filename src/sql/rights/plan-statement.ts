import type { Node } from 'libpg-query'
import { alterDefaultPrivileges } from './default-privileges.ts'
import { type Draft } from './draft.ts'
import { grantPrivileges } from './grant-statement.ts'
import { alterPolicy, alterRelation, createPolicy, dropPolicy } from './policy-statements.ts'
import {
  alterRole,
  alterRoleSettings,
  createRole,
  dropRole,
  grantRole,
  renameRole,
} from './role-statements.ts'

/** Applies a statement about roles and rights to the draft and gives its command tag; undefined when it is no such statement. */
export function planStatement(tree: Node): ((draft: Draft) => string) | undefined {
  if ('CreateRoleStmt' in tree) return draft => createRole(draft, tree.CreateRoleStmt)
  if ('AlterRoleStmt' in tree) return draft => alterRole(draft, tree.AlterRoleStmt)
  if ('AlterRoleSetStmt' in tree) return draft => alterRoleSettings(draft, tree.AlterRoleSetStmt)
  if ('DropRoleStmt' in tree) return draft => dropRole(draft, tree.DropRoleStmt)
  if ('GrantRoleStmt' in tree) return draft => grantRole(draft, tree.GrantRoleStmt)
  if ('GrantStmt' in tree) return draft => grantPrivileges(draft, tree.GrantStmt)
  if ('CreatePolicyStmt' in tree) return draft => createPolicy(draft, tree.CreatePolicyStmt)
  if ('AlterPolicyStmt' in tree) return draft => alterPolicy(draft, tree.AlterPolicyStmt)
  if ('AlterTableStmt' in tree) return draft => alterRelation(draft, tree.AlterTableStmt)
  if ('RenameStmt' in tree && tree.RenameStmt.renameType === 'OBJECT_ROLE')
    return draft => renameRole(draft, tree.RenameStmt)
  if ('DropStmt' in tree && tree.DropStmt.removeType === 'OBJECT_POLICY')
    return draft => dropPolicy(draft, tree.DropStmt)
  if ('AlterDefaultPrivilegesStmt' in tree)
    return draft => alterDefaultPrivileges(draft, tree.AlterDefaultPrivilegesStmt)
  return undefined
}
