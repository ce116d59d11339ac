import { everybody } from '../../resources/access.ts'
import { owner, type Row } from '../pgcatalog/row.ts'
import { type AccessState, actsAs, coversByDefault, isSuperuser } from './access-state.ts'
import type { RelationInfo } from './relation-access.ts'

const paths: ReadonlySet<string> = new Set([
  'information_schema.table_privileges',
  'information_schema.role_table_grants',
])

/** Who was granted what on relations, as far as the viewer is the one, as the standard has it; admins see all. Undefined for other relations. */
export function grantRows(
  access: AccessState,
  viewer: string,
  relations: readonly RelationInfo[],
  database: string,
  path: string,
): readonly Row[] | undefined {
  if (!paths.has(path)) return undefined
  const visible = isSuperuser(access, viewer) ? undefined : actsAs(access, viewer)
  const { grants, defaults = [] } = access.rights
  return relations.flatMap(relation => {
    const { schema, name } = relation
    const given = [
      { grantee: owner.name, grantor: owner.name, grantable: true },
      ...grants.filter(({ on }) => on.kind === 'relation' && on.schema === schema && on.name === name),
      ...defaults.filter(one => coversByDefault(one, relation)),
    ]
    return given
      .filter(({ grantee }) => visible?.has(grantee) !== false)
      .map(({ grantee, grantor, grantable }) => ({
        grantor,
        grantee: grantee === everybody ? 'PUBLIC' : grantee,
        table_catalog: database,
        table_schema: schema,
        table_name: name,
        privilege_type: 'SELECT',
        is_grantable: grantable ? 'YES' : 'NO',
        with_hierarchy: 'YES',
      }))
  })
}
