import type { DescribedCatalog } from './described-catalog.ts'
import { owner, type Row } from './row.ts'
import { settingRow } from './setting-functions.ts'

/** Rows that are the same in every PostgreSQL, and those of the one database that there is. */
export function staticRows(
  { database, settings }: DescribedCatalog,
  databaseOid: number,
): [string, readonly Row[]][] {
  return [
    ['pg_catalog.pg_database', [databaseRow(database, databaseOid)]],
    ['pg_catalog.pg_authid', [ownerRow]],
    ['pg_catalog.pg_am', accessMethods()],
    ['pg_catalog.pg_language', languages()],
    ['pg_catalog.pg_collation', collations()],
    ['pg_catalog.pg_tablespace', tablespaces()],
    ['pg_catalog.pg_extension', [extension]],
    ['pg_catalog.pg_range', ranges()],
    ['pg_catalog.pg_settings', settings.map(setting => settingRow(setting))],
  ]
}

const ownerRow: Row = { oid: owner.oid, rolname: owner.name, rolinherit: true, rolconnlimit: -1 }

function databaseRow(datname: string, oid: number): Row {
  return {
    oid,
    datname,
    datdba: owner.oid,
    encoding: 6,
    datlocprovider: 'c',
    datallowconn: true,
    datconnlimit: -1,
    dattablespace: 1_663,
    datcollate: 'C',
    datctype: 'C',
  }
}

function accessMethods(): Row[] {
  return [
    { oid: 2, amname: 'heap', amhandler: 3, amtype: 't' },
    { oid: 403, amname: 'btree', amhandler: 330, amtype: 'i' },
    { oid: 405, amname: 'hash', amhandler: 331, amtype: 'i' },
  ]
}

function languages(): Row[] {
  return [
    { oid: 12, lanname: 'internal', lanowner: owner.oid },
    { oid: 13, lanname: 'c', lanowner: owner.oid },
    { oid: 14, lanname: 'sql', lanowner: owner.oid, lanpltrusted: true },
  ]
}

function collations(): Row[] {
  const row = (oid: number, collname: string, collprovider: string, collencoding: number): Row => ({
    oid,
    collname,
    collnamespace: 11,
    collowner: owner.oid,
    collprovider,
    collisdeterministic: true,
    collencoding,
    collcollate: collprovider === 'd' ? null : 'C',
    collctype: collprovider === 'd' ? null : 'C',
  })
  return [row(100, 'default', 'd', -1), row(950, 'C', 'c', -1), row(951, 'POSIX', 'c', -1)]
}

function tablespaces(): Row[] {
  return [
    { oid: 1_663, spcname: 'pg_default', spcowner: owner.oid },
    { oid: 1_664, spcname: 'pg_global', spcowner: owner.oid },
  ]
}

/** Drivers look up what a range is made of although no value of ours is one. */
function ranges(): Row[] {
  const row = (rngtypid: number, rngsubtype: number, rngmultitypid: number): Row => ({
    rngtypid,
    rngsubtype,
    rngmultitypid,
  })
  return [
    row(3_904, 23, 4_451),
    row(3_906, 1_700, 4_532),
    row(3_908, 1_114, 4_533),
    row(3_910, 1_184, 4_534),
    row(3_912, 1_082, 4_535),
    row(3_926, 20, 4_536),
  ]
}

/** Tools take its absence for a broken server. */
const extension: Row = {
  oid: 13_559,
  extname: 'plpgsql',
  extowner: owner.oid,
  extnamespace: 11,
  extrelocatable: false,
  extversion: '1.0',
}
