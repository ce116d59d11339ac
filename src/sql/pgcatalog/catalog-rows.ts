import type { DescribedCatalog } from './described-catalog.ts'
import { informationRows } from './information-rows.ts'
import { objectOids } from './object-oid.ts'
import { allSystemRelations } from './relations.ts'
import { type CatalogRows, classOids, type KnownView, owner, type Row } from './row.ts'
import { staticRows } from './static-rows.ts'
import { type SystemType, systemTypeNamed, systemTypes, typeOfEngine } from './types.ts'

const namespaces = { pg_catalog: 11, information_schema: 13_212, public: 2_200 } as const
/** All rows of pg_catalog and information_schema for what an instance serves. */
export function catalogRows(
  described: DescribedCatalog,
  met: (first: string, second: string) => void,
): CatalogRows {
  const own = described.schemas.filter(({ name }) => !Object.hasOwn(namespaces, name))
  const oids = objectOids(
    [
      ...own.map(({ name }) => schemaKey(name)),
      ...described.views.flatMap(({ schema, name }) => [viewKey(schema, name), rowTypeKey(schema, name)]),
      databaseKey(described.database),
    ],
    met,
  )
  const oidOf = (key: string): number => oids.get(key) ?? 0
  const schemaOid = (name: string): number =>
    Object.hasOwn(namespaces, name) ? namespaces[name as keyof typeof namespaces] : oidOf(schemaKey(name))
  const views = described.views.map(view => ({
    ...view,
    oid: oidOf(viewKey(view.schema, view.name)),
    rowTypeOid: oidOf(rowTypeKey(view.schema, view.name)),
  }))
  return new Map([
    ...staticRows(described, oidOf(databaseKey(described.database))),
    ['pg_catalog.pg_namespace', namespaceRows(described, schemaOid)],
    ['pg_catalog.pg_class', [...systemClasses(), ...views.map(view => viewClass(view, schemaOid))]],
    ['pg_catalog.pg_attribute', [...systemAttributes(), ...views.flatMap(viewAttributes)]],
    ['pg_catalog.pg_type', [...baseTypes(), ...views.map(view => rowType(view, schemaOid))]],
    ['pg_catalog.pg_proc', typeFunctions()],
    ['pg_catalog.pg_description', descriptions(described, views, schemaOid)],
    ['pg_catalog.pg_views', views.map(viewRow)],
    ...informationRows(described, views),
  ])
}

const schemaKey = (name: string): string => `schema ${JSON.stringify(name)}`
const viewKey = (schema: string, name: string): string => `view ${JSON.stringify([schema, name])}`
const rowTypeKey = (schema: string, name: string): string => `type ${JSON.stringify([schema, name])}`
const databaseKey = (name: string): string => `database ${JSON.stringify(name)}`

function namespaceRows(described: DescribedCatalog, schemaOid: (name: string) => number): Row[] {
  const names = new Set([...Object.keys(namespaces), ...described.schemas.map(({ name }) => name)])
  return Array.from(names, nspname => ({ oid: schemaOid(nspname), nspname, nspowner: owner.oid }))
}

function systemClasses(): Row[] {
  return allSystemRelations().map(({ schema, name, oid, rowTypeOid, kind, columns }) => ({
    ...classDefaults,
    oid,
    relname: name,
    relnamespace: namespaces[schema],
    reltype: rowTypeOid,
    relkind: kind,
    relam: kind === 'r' ? 2 : 0,
    relnatts: columns.length,
  }))
}

const classDefaults = {
  relowner: owner.oid,
  relpersistence: 'p',
  relreplident: 'n',
  relispopulated: true,
  relfrozenxid: 0,
  relminmxid: 0,
  reltuples: -1,
} as const

function viewClass(view: KnownView, schemaOid: (name: string) => number): Row {
  return {
    ...classDefaults,
    oid: view.oid,
    relname: view.name,
    relnamespace: schemaOid(view.schema),
    reltype: view.rowTypeOid,
    relkind: 'v',
    relnatts: view.columns.length,
    relhasrules: true,
  }
}

function systemAttributes(): Row[] {
  return allSystemRelations().flatMap(({ oid, columns }) =>
    columns.map(({ name, type, isNotNull }, i) =>
      attribute(oid, name, i + 1, { type: systemTypeNamed(type), modifier: -1 }, isNotNull),
    ),
  )
}

function viewAttributes(view: KnownView): Row[] {
  return view.columns.map(({ name, type }, i) => attribute(view.oid, name, i + 1, typeOfEngine(type), false))
}

function attribute(
  attrelid: number,
  attname: string,
  attnum: number,
  { type, modifier }: { type: SystemType; modifier: number },
  attnotnull: boolean,
): Row {
  return {
    attrelid,
    attname,
    attnum,
    attnotnull,
    atttypid: type.oid,
    atttypmod: modifier,
    attlen: type.length,
    attbyval: type.row['typbyval'] ?? false,
    attalign: type.row['typalign'] ?? 'i',
    attstorage: type.row['typstorage'] ?? 'p',
    attcollation: type.row['typcollation'] ?? 0,
    attndims: type.row['typcategory'] === 'A' ? 1 : 0,
    attstattarget: -1,
    attcacheoff: -1,
    attislocal: true,
  }
}

function baseTypes(): Row[] {
  return systemTypes.map(({ row, schema }) => ({
    ...row,
    typnamespace: namespaces[schema as keyof typeof namespaces],
    typowner: owner.oid,
    typisdefined: true,
  }))
}

function rowType(view: KnownView, schemaOid: (name: string) => number): Row {
  const like = systemTypes.find(({ name }) => name === 'record')?.row ?? {}
  return {
    ...like,
    oid: view.rowTypeOid,
    typname: view.name,
    typnamespace: schemaOid(view.schema),
    typtype: 'c',
    typcategory: 'C',
    typarray: 0,
    typowner: owner.oid,
    typrelid: view.oid,
    typisdefined: true,
  }
}

/** The functions that read and write types, which drivers look up by name. */
function typeFunctions(): Row[] {
  const named = new Map(systemTypes.flatMap(({ functions }) => functions.map(({ oid, name }) => [oid, name])))
  return Array.from(named, ([oid, proname]) => ({
    oid,
    proname,
    pronamespace: namespaces.pg_catalog,
    proowner: owner.oid,
    prolang: 12,
    procost: 1,
    prokind: 'f',
    proisstrict: true,
    provolatile: 'i',
    proparallel: 's',
    pronargs: 1,
    prosrc: proname,
  }))
}

function descriptions(
  described: DescribedCatalog,
  views: readonly KnownView[],
  schemaOid: (name: string) => number,
): Row[] {
  const about = (classoid: number, objoid: number, objsubid: number, comment: string | undefined): Row[] =>
    comment === undefined ? [] : [{ objoid, classoid, objsubid, description: comment }]
  return [
    ...described.schemas.flatMap(({ name, comment }) =>
      about(classOids.pg_namespace, schemaOid(name), 0, comment),
    ),
    ...views.flatMap(({ oid, comment, columns }) => [
      ...about(classOids.pg_class, oid, 0, comment),
      ...columns.flatMap((column, i) => about(classOids.pg_class, oid, i + 1, column.comment)),
    ]),
  ]
}

function viewRow({ schema, name, definition }: KnownView): Row {
  return { schemaname: schema, viewname: name, viewowner: owner.name, definition }
}
