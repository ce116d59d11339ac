import type { Node } from 'libpg-query'
import { literalWithoutZeros } from '../../base/sql-text.ts'
import { everybody, type GrantObject, type Privilege } from '../../resources/access.ts'
import { asksAboutRole, namesRoles } from '../pgcatalog/privilege-functions.ts'
import {
  type AccessState,
  actsAs,
  bypassesRowSecurity,
  isGranted,
  isSuperuser,
  membershipsOf,
  policiesOn,
} from './access-state.ts'
import type { RelationInfo } from './relation-access.ts'
import { roleOids } from './role-rows.ts'
import { constantText } from './tree.ts'

/** Whom and what the facts are about. */
export interface FactSources {
  readonly access: AccessState
  readonly viewer: string
  readonly relations: readonly RelationInfo[]
  readonly database: string
  readonly processId: number
}

/** What a function over roles and rights is told: see privilege-functions.ts. A list for the engine. */
export function functionFacts(sources: FactSources, name: string, args: readonly Node[]): string {
  const { access, viewer, processId } = sources
  if (name === 'pg_backend_pid') return listOf([String(processId)])
  const oids = roleOids(access)
  if (namesRoles(name)) return listOf([...oids].map(([role, oid]) => `${oid}\t${role}`))
  if (!asksAboutRole(name, args.length)) return listOf(factsOf(sources, viewer, oids))
  const asked = roleArgument(args[0], viewer)
  const roles = [...oids.keys(), everybody].filter(role => asked === undefined || asked === role)
  return listOf(
    roles.flatMap(role => {
      const facts = ['.', ...factsOf(sources, role, oids)]
      const keys = [role, ...(oids.has(role) ? [String(oids.get(role))] : [])]
      return keys.flatMap(key => facts.map(fact => `${key}\t${fact}`))
    }),
  )
}

/** The one role that a call asks about, where its text says; undefined for one that is computed, or an OID. */
function roleArgument(node: Node | undefined, viewer: string): string | undefined {
  if (node === undefined) return undefined
  if ('SQLValueFunction' in node) return viewer
  if ('TypeCast' in node) return roleArgument(node.TypeCast.arg, viewer)
  const text = 'A_Const' in node && node.A_Const.sval !== undefined ? constantText(node) : undefined
  return text === undefined || /^\d+$/.test(text) ? undefined : text
}

function factsOf(
  { access, relations, database }: FactSources,
  role: string,
  oids: ReadonlyMap<string, number>,
): string[] {
  const isAdmin = isSuperuser(access, role) || (role === 'everport' && !access.roles.has(role))
  if (isAdmin) return ['*']
  const roles = actsAs(access, role)
  const held = (privilege: Privilege, on: GrantObject, word: string, key: string): string[] => {
    const rest = key === '' ? '' : `\t${key}`
    if (!isGranted(access, roles, privilege, on)) return []
    return [word + rest, ...(isGranted(access, roles, privilege, on, true) ? [`${word}+${rest}`] : [])]
  }
  const schemas = new Set(['public', ...relations.map(({ schema }) => schema)])
  const members = membershipsOf(access, role)
  const keysOf = (name: string): string[] => [name, String(oids.get(name) ?? 0)]
  return [
    ...held('CONNECT', { kind: 'database', name: database }, 'database', ''),
    ...[...schemas].flatMap(name => held('USAGE', { kind: 'schema', name }, 'schema', name)),
    ...relations.flatMap(relation => relationFacts(access, role, relation, held)),
    ...[role, ...members].flatMap(keysOf).map(key => `member\t${key}`),
    ...[...roles].flatMap(keysOf).map(key => `usage\t${key}`),
    ...[...roles]
      .flatMap(one => access.roles.get(one)?.memberOf ?? [])
      .flatMap(({ role: above, admin }) => (admin ? keysOf(above) : []))
      .map(key => `admin\t${key}`),
  ]
}

function relationFacts(
  access: AccessState,
  role: string,
  { schema, name, columns }: RelationInfo,
  held: (privilege: Privilege, on: GrantObject, word: string, key: string) => string[],
): string[] {
  const key = `${schema}.${name}`
  const whole = held('SELECT', { kind: 'relation', schema, name }, 'relation', key)
  const parts = columns.flatMap((column, i) => {
    const own = held('SELECT', { kind: 'column', schema, name, column }, 'column', `${key}\t${column}`)
    const facts = [...own, ...whole.map(fact => `${fact.replace('relation', 'column')}\t${column}`)]
    return facts.flatMap(fact => [fact, `${fact.slice(0, fact.lastIndexOf('\t'))}\t${i + 1}`])
  })
  const any = new Set(parts.map(fact => `${fact.startsWith('column+') ? 'any+' : 'any'}\t${key}`))
  const isFiltered = policiesOn(access, { schema, name }) !== undefined && !bypassesRowSecurity(access, role)
  return [...whole, ...new Set(parts), ...any, ...(isFiltered ? [`filtered\t${key}`] : [])]
}

function listOf(facts: readonly string[]): string {
  if (facts.length === 0) return 'CAST([] AS VARCHAR[])'
  return `[${facts.map(literalWithoutZeros).join(', ')}]`
}
