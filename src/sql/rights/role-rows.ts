import { everybody, type RoleDocument } from '../../resources/access.ts'
import { firstOwnOid, hashOf, objectOids } from '../pgcatalog/object-oid.ts'
import { owner, type Row } from '../pgcatalog/row.ts'
import { type AccessState, actsAs, isSuperuser } from './access-state.ts'
import { denied } from './relation-access.ts'

/** OIDs of roles by name: the same on every node, as their names are. The owner of everything is a role too. */
export function roleOids(access: AccessState): ReadonlyMap<string, number> {
  const names = [...access.roles.keys()].filter(name => name !== owner.name)
  const oids = objectOids(names.map(keyOf), () => undefined)
  return new Map([[owner.name, owner.oid], ...names.map(name => [name, oids.get(keyOf(name)) ?? 0] as const)])
}

const keyOf = (name: string): string => `role ${JSON.stringify(name)}`

/** Rows of the catalogs of roles; undefined for all other relations. What holds verifiers is for admins. */
export function roleRows(access: AccessState, viewer: string, path: string): readonly Row[] | undefined {
  const rows = byPath[path]
  if (rows === undefined) return undefined
  const isSecret = path === 'pg_catalog.pg_authid' || path === 'pg_catalog.pg_shadow'
  if (isSecret && !isSuperuser(access, viewer)) throw denied('table', path.replace('pg_catalog.', ''))
  return rows(access, roleOids(access), viewer)
}

type Rows = (access: AccessState, oids: ReadonlyMap<string, number>, viewer: string) => readonly Row[]

/** The owner never logs in unless somebody has made it a role. */
const ownerDocument: RoleDocument = { name: owner.name, verifier: '', canLogin: false, isSuperuser: true }

function documents({ roles }: AccessState): RoleDocument[] {
  return [...(roles.has(owner.name) ? [] : [ownerDocument]), ...roles.values()]
}

const byPath: Readonly<Record<string, Rows>> = {
  'pg_catalog.pg_roles': (access, oids) => documents(access).map(role => roleRow(role, oids)),
  'pg_catalog.pg_authid': (access, oids) => documents(access).map(role => roleRow(role, oids)),
  'pg_catalog.pg_user': users,
  'pg_catalog.pg_shadow': users,
  'pg_catalog.pg_group': (access, oids) =>
    documents(access)
      .filter(role => role.canLogin === false)
      .map(({ name }) => ({
        groname: name,
        grosysid: oids.get(name) ?? 0,
        grolist: documents(access)
          .filter(({ memberOf = [] }) => memberOf.some(({ role }) => role === name))
          .map(member => oids.get(member.name) ?? 0),
      })),
  'pg_catalog.pg_auth_members': (access, oids) =>
    documents(access).flatMap(({ name, memberOf = [] }) =>
      memberOf.map(({ role, admin }) => ({
        roleid: oids.get(role) ?? 0,
        member: oids.get(name) ?? 0,
        grantor: owner.oid,
        admin_option: admin,
      })),
    ),
  'pg_catalog.pg_default_acl': access =>
    (access.rights.defaults ?? []).map(({ grantee, schema, grantable, grantor }, i) => ({
      oid: firstDefaultOid + i,
      defaclrole: owner.oid,
      defaclnamespace:
        schema === undefined ? 0 : schema === 'public' ? 2_200 : hashOf(`schema ${JSON.stringify(schema)}`),
      defaclobjtype: 'r',
      defaclacl: [`${grantee === everybody ? '' : grantee}=r${grantable ? '*' : ''}/${grantor}`],
    })),
  'pg_catalog.pg_db_role_setting': (access, oids) =>
    documents(access).flatMap(role => {
      const setconfig = settingsOf(role)
      return setconfig === null ? [] : [{ setdatabase: 0, setrole: oids.get(role.name) ?? 0, setconfig }]
    }),
  'information_schema.enabled_roles': (access, _, viewer) =>
    [...actsAs(access, viewer)].filter(name => name !== everybody).map(role_name => ({ role_name })),
  'information_schema.applicable_roles': (access, _, viewer) =>
    [...actsAs(access, viewer)].flatMap(grantee =>
      (access.roles.get(grantee)?.memberOf ?? []).map(({ role, admin }) => ({
        grantee,
        role_name: role,
        is_grantable: admin ? 'YES' : 'NO',
      })),
    ),
}

/** Nothing refers to them by it. */
const firstDefaultOid = firstOwnOid

/** Verifiers stay where they are: tools only look whether there is a password. */
const hiddenPassword = '********'

function roleRow(role: RoleDocument, oids: ReadonlyMap<string, number>): Row {
  return {
    oid: oids.get(role.name) ?? 0,
    rolname: role.name,
    rolsuper: role.isSuperuser ?? true,
    rolinherit: role.inherits ?? true,
    rolcreaterole: role.isSuperuser ?? true,
    rolcreatedb: false,
    rolcanlogin: role.canLogin ?? true,
    rolreplication: false,
    rolbypassrls: (role.bypassesRowSecurity ?? false) || (role.isSuperuser ?? true),
    rolconnlimit: role.connectionLimit ?? -1,
    rolpassword: hiddenPassword,
    rolvaliduntil: role.validUntil ?? null,
    rolconfig: settingsOf(role),
  }
}

function users(access: AccessState, oids: ReadonlyMap<string, number>): Row[] {
  return documents(access)
    .filter(role => role.canLogin !== false)
    .map(role => ({
      usename: role.name,
      usesysid: oids.get(role.name) ?? 0,
      usecreatedb: false,
      usesuper: role.isSuperuser ?? true,
      userepl: false,
      usebypassrls: (role.bypassesRowSecurity ?? false) || (role.isSuperuser ?? true),
      passwd: hiddenPassword,
      valuntil: role.validUntil ?? null,
      useconfig: settingsOf(role),
    }))
}

function settingsOf({ settings = {} }: RoleDocument): readonly string[] | null {
  const all = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  return all.length === 0 ? null : all
}
