import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalogRelation } from './catalog-relation.ts'
import { catalogRows } from './catalog-rows.ts'
import type { DescribedCatalog } from './described-catalog.ts'
import { loadStatements } from './load-statements.ts'
import { allSystemRelations, systemRelation } from './relations.ts'
import { typeOfEngine } from './types.ts'

const described: DescribedCatalog = {
  database: 'everport',
  schemas: [
    { name: 'public', comment: undefined },
    { name: 'sales', comment: 'what was sold' },
  ],
  views: [
    {
      schema: 'sales',
      name: "o'rders",
      definition: 'SELECT 1',
      comment: 'all of them',
      columns: [
        { name: 'id', type: 'INTEGER', comment: 'number' },
        { name: 'amount', type: 'DECIMAL(9,2)', comment: undefined },
      ],
    },
  ],
  settings: [],
}

test('PostgreSQL 15 has these relations, with these OIDs and columns', () => {
  assert.equal(allSystemRelations().length, 208)
  const pgClass = systemRelation('pg_catalog', 'pg_class')
  assert.equal(pgClass?.oid, 1259)
  assert.deepEqual(pgClass?.columns.slice(0, 2), [
    { name: 'oid', type: 'oid', isNotNull: true },
    { name: 'relname', type: 'name', isNotNull: true },
  ])
})

test('every row names only columns that its relation has, and references what is there', () => {
  const rows = catalogRows(described, () => assert.fail('two OIDs met'))
  for (const [path, list] of rows) {
    const [schema, name = ''] = path.split('.')
    const relation = systemRelation(schema as 'pg_catalog', name)
    assert.ok(relation, path)
    const columns = new Set(relation.columns.map(column => column.name))
    for (const row of list)
      for (const column of Object.keys(row)) assert.ok(columns.has(column), `${path}.${column}`)
  }
  const oids = (path: string): Set<unknown> => new Set(rows.get(path)?.map(row => Number(row['oid'])))
  const classes = oids('pg_catalog.pg_class')
  const types = oids('pg_catalog.pg_type')
  const namespaces = oids('pg_catalog.pg_namespace')
  for (const row of rows.get('pg_catalog.pg_attribute') ?? []) {
    assert.ok(classes.has(row['attrelid']))
    assert.ok(types.has(row['atttypid']), String(row['attname']))
  }
  for (const row of rows.get('pg_catalog.pg_class') ?? []) assert.ok(namespaces.has(row['relnamespace']))
  assert.equal(classes.size, rows.get('pg_catalog.pg_class')?.length)
  assert.equal(types.size, rows.get('pg_catalog.pg_type')?.length)
})

test('the types of the engine are those of PostgreSQL, with their modifiers', () => {
  const cases: [engine: string, type: string, modifier: number][] = [
    ['INTEGER', 'int4', -1],
    ['DECIMAL(9,2)', 'numeric', ((9 << 16) | 2) + 4],
    ['VARCHAR[]', '_text', -1],
    ['INTEGER[3]', '_int4', -1],
    ['INTEGER[][]', 'json', -1],
    ['STRUCT(a INTEGER)', 'json', -1],
    ['STRUCT(a INTEGER)[]', 'json', -1],
    ['TIMESTAMP WITH TIME ZONE', 'timestamptz', -1],
    ["ENUM('a', 'b')", 'text', -1],
  ]
  for (const [engine, type, modifier] of cases) {
    const found = typeOfEngine(engine)
    assert.deepEqual([found.type.name, found.modifier], [type, modifier], engine)
  }
})

test('names reach the engine quoted', () => {
  const text = loadStatements(catalogRows(described, () => undefined)).join('\n')
  assert.ok(text.includes("o''rders"))
  assert.ok(!/[^']o'rders/.test(text))
})

test('a relation of the catalogs is ours, empty with its columns, or unknown and told', () => {
  const told: string[] = []
  const stands = (schema: string | undefined, name: string): string | undefined =>
    catalogRelation({ schema, name }, { user: "o'ne", unknown: what => told.push(what) })
  assert.equal(stands('pg_catalog', 'pg_class'), 'everport_pg_catalog."pg_class"')
  assert.equal(stands(undefined, 'pg_class'), 'everport_pg_catalog."pg_class"')
  assert.match(
    stands('pg_catalog', 'pg_index') ?? '',
    /^\(SELECT CAST\(NULL AS UINTEGER\) AS "indexrelid".* WHERE FALSE\)$/,
  )
  assert.match(stands(undefined, 'pg_roles') ?? '', /'o''ne'/)
  assert.equal(stands('public', 'pg_class'), undefined)
  assert.equal(stands(undefined, 'people'), undefined)
  assert.equal(stands(undefined, 'columns'), undefined)
  assert.deepEqual(told, [])
  assert.match(stands('pg_catalog', 'pg_operator') ?? '', /WHERE FALSE/)
  assert.equal(stands('pg_catalog', 'pg_nosuch'), undefined)
  assert.deepEqual(told, ['pg_catalog.pg_operator', 'pg_catalog.pg_nosuch'])
})
