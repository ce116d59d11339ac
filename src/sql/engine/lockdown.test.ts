import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type OpenedEngine, openedEngine, query, refusal } from '../../testing/engine-session.ts'
import { readCatalog } from '../catalog/read-catalog.ts'

let opened: OpenedEngine
let folder: string

before(async () => {
  opened = await openedEngine({
    catalog(made) {
      folder = made
      mkdirSync(join(made, 'parts'))
      writeFileSync(join(made, 'one.csv'), 'x\n1\n')
      writeFileSync(join(made, 'secret.csv'), 'x\n1\n')
      writeFileSync(join(made, 'parts', 'a.csv'), 'x\n1\n')
      const text =
        "create view one as from read_csv('one.csv'); create view parts as from read_csv('parts/*.csv');"
      const kind = (path: string): 'file' | 'folder' => (path.endsWith('/') ? 'folder' : 'file')
      const { catalog } = readCatalog(text, join(made, 'catalog.sql'), kind)
      assert.ok(catalog)
      return catalog
    },
  })
})
after(() => opened.close())

const refused: readonly [statement: string, ...codes: string[]][] = [
  ["select * from read_csv('/etc/passwd')", 'insufficient_privilege'],
  ["select * from read_text('/etc/passwd')", 'insufficient_privilege'],
  ["select * from read_blob('/etc/passwd')", 'insufficient_privilege'],
  ["select * from sniff_csv('/etc/passwd')", 'insufficient_privilege'],
  ["select * from parquet_metadata('/etc/passwd')", 'insufficient_privilege'],
  ["select * from glob('/etc/*')", 'insufficient_privilege'],
  ["select * from '/etc/passwd'", 'undefined_table', 'insufficient_privilege'],
  ["select * from '/etc/group.csv'", 'undefined_table', 'insufficient_privilege'],
  ["select * from read_csv('/dev/stdin')", 'insufficient_privilege'],
  ["select * from read_csv('http://127.0.0.1/x.csv')", 'insufficient_privilege'],
  ["select * from read_duckdb('/tmp/x.db')", 'insufficient_privilege'],
  ["select * from query('select 1')", 'insufficient_privilege'],
  ['select * from "query" /* c */ (\'select 1\')', 'insufficient_privilege'],
  ['select * from system.main.enable_logging()', 'undefined_schema'],
  ['select * from pg_catalog.enable_logging()', 'insufficient_privilege'],
  ["from enable_logging(storage = 'file', storage_path = '/tmp/x')", 'insufficient_privilege'],
  ["select * from enable_profiling(save_location = '/tmp/x')", 'insufficient_privilege'],
  ['select * from arrow_scan(1, 2, 3)', 'insufficient_privilege'],
  ['select * from enable_peg_parser()', 'insufficient_privilege'],
  ['select * from force_checkpoint()', 'insufficient_privilege'],
  ["select * from json_execute_serialized_sql('{}')", 'insufficient_privilege'],
  ["select write_log('x')", 'insufficient_privilege'],
  ['select * from duckdb_settings()', 'insufficient_privilege'],
  ["copy (select 1) to '/tmp/everport-lockdown'", 'read_only'],
  ["copy one from '/etc/passwd'", 'read_only'],
  ["explain copy (select 1) to '/tmp/everport-lockdown'", 'read_only'],
  ["explain analyze copy (select 1) to '/tmp/everport-lockdown'", 'read_only'],
  ['explain (analyze) create table t (i int)', 'read_only'],
  ['explain analyze create table t as select 1', 'read_only'],
  ["attach '/tmp/x.db' as x", 'read_only'],
  ["attach ':memory:' as x", 'read_only'],
  ['detach everport', 'read_only'],
  ['install httpfs', 'read_only'],
  ['load httpfs', 'read_only'],
  ['load json', 'read_only'],
  ["set memory_limit = '1TB'", 'read_only'],
  ["set global memory_limit = '1TB'", 'read_only'],
  ['reset memory_limit', 'read_only'],
  ["pragma memory_limit = '1TB'", 'read_only'],
  ["pragma table_info('one')", 'read_only'],
  ['call pragma_version()', 'read_only'],
  ['checkpoint', 'read_only'],
  ['vacuum', 'read_only'],
  ['create table t (i int)', 'read_only'],
  ['create view v as select 1', 'read_only'],
  ['create or replace view one as select 1', 'read_only'],
  ['create temp table t as select 1', 'read_only'],
  ['create macro m() as 1', 'read_only'],
  ['create secret s (type s3)', 'read_only'],
  ['drop view one', 'read_only'],
  ['alter view one rename to two', 'read_only'],
  ['insert into one values (1)', 'read_only'],
  ['update one set x = 2', 'read_only'],
  ['delete from one', 'read_only'],
  ['truncate one', 'read_only'],
  ['merge into one using one b on true when matched then delete', 'read_only'],
  ["export database '/tmp/everport-lockdown'", 'read_only'],
  ["import database '/tmp/everport-lockdown'", 'read_only'],
  ['use memory', 'read_only'],
  ['begin', 'read_only'],
  ['prepare p as select 1', 'read_only'],
  ['execute p', 'read_only'],
  ['with w as (insert into one values (1) returning *) select * from w', 'read_only'],
  ['select 1; select 2', 'syntax_error'],
  ['select 1; drop view one', 'syntax_error'],
  ['(((drop view one)))', 'read_only', 'syntax_error'],
  ["select getenv('HOME')", 'insufficient_privilege'],
]

for (const [statement, ...codes] of refused) {
  test(`refused: ${statement}`, async () => {
    const error = await refusal(query(opened.session, statement))
    assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`)
  })
}

test('files of the catalog are read, their neighbours are not', async () => {
  assert.deepEqual(await query(opened.session, 'select * from one'), [['1']])
  assert.deepEqual(await query(opened.session, 'select * from parts'), [['1']])
  for (const path of ['secret.csv', 'parts/../secret.csv', 'catalog.sql']) {
    const error = await refusal(query(opened.session, `select * from read_csv('${join(folder, path)}')`))
    assert.equal(error.code, 'insufficient_privilege', path)
  }
  const traversal = `select * from read_csv('${folder}/parts/../secret.csv')`
  assert.equal((await refusal(query(opened.session, traversal))).code, 'insufficient_privilege')
})

test('after all of that nothing was written and everybody is served', async () => {
  assert.equal(existsSync('/tmp/everport-lockdown'), false)
  assert.deepEqual(await query(opened.session, 'select * from one'), [['1']])
  const tables = "select count(*) from information_schema.tables where table_schema = 'public'"
  assert.deepEqual(await query(opened.session, tables), [['2']])
})

test('statements that only read are answered', async () => {
  for (const statement of [
    'values (1), (2)',
    'table one',
    'from one',
    '(select 1)',
    '((select 1) union (select 2))',
    'with x as (select 1) select * from x',
    'explain select 1',
    'explain analyze select 1',
    'explain (analyze) select 1',
    'explain (select 1)',
    'describe one',
    'show tables',
    'summarize one',
    '/* c */ select 1 -- d',
    'select 1;',
    'select * from range(3)',
    'select * from json_each(\'{"a":1}\')',
    "select 'enable_logging()'",
    'select 1 as "query"',
    'select count(*) from duckdb_views()',
  ]) {
    assert.ok((await query(opened.session, statement)).length > 0, statement)
  }
})

/** Table functions that were looked at and only read what the views may read, or what the engine may tell. */
const harmless = new Set(
  `duckdb_approx_database_count duckdb_columns duckdb_connection_count duckdb_constraints duckdb_coordinate_systems duckdb_databases
  duckdb_dependencies duckdb_extensions duckdb_functions duckdb_indexes duckdb_keywords duckdb_memory duckdb_optimizers duckdb_schemas
  duckdb_secret_types duckdb_sequences duckdb_tables duckdb_types duckdb_variables duckdb_views generate_series glob icu_calendar_names
  json_each json_tree parquet_bloom_probe parquet_file_metadata parquet_full_metadata parquet_kv_metadata parquet_metadata parquet_scan
  parquet_schema pg_timezone_names pragma_collations pragma_database_size pragma_platform pragma_show pragma_table_info
  pragma_user_agent pragma_version range read_blob read_csv read_csv_auto read_json read_json_auto read_json_objects
  read_json_objects_auto read_ndjson read_ndjson_auto read_ndjson_objects read_parquet read_text repeat repeat_row sniff_csv
  summary unnest`.split(/\s+/),
)

test('every table function of this version of the engine was looked at', async () => {
  const rows = await query(
    opened.session,
    "select distinct function_name from duckdb_functions() where function_type = 'table' order by 1",
  )
  assert.ok(rows.length > 50)
  for (const [name] of rows) {
    if (name === null || name === undefined || harmless.has(name)) continue
    const error = await refusal(query(opened.session, `select * from ${name}()`))
    assert.equal(
      error.message,
      `permission denied for function ${name}`,
      `look at ${name}, then allow or deny it`,
    )
  }
})
