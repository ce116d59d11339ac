import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CopiedViews, copiedViews } from './copied-views.ts'
import { readCatalog } from './read-catalog.ts'

function viewsOf(text: string): CopiedViews {
  const { catalog, mistakes } = readCatalog(text, '/data/catalog.sql', path =>
    path.endsWith('/') ? 'folder' : 'file',
  )
  assert.ok(catalog, JSON.stringify(mistakes))
  return copiedViews(catalog)
}

/** The statements that make the views of a reach, with the scan in place of each table. */
function made(views: CopiedViews, sql: string): string[] | undefined {
  return views.reachOf(sql)?.views.map(view => view.createIn('copies', scan => `<${scan.sql}>`))
}

test('each reading of a file is named as the engine is told it, with its options', () => {
  const views = viewsOf(`
    CREATE SCHEMA s;
    create view a as from 'a.csv';
    CREATE OR REPLACE VIEW s."B b" (x, y) AS SELECT * FROM read_csv('b.csv', columns = {'x': 'INT', 'y': 'VARCHAR'}) b JOIN 'a.csv' z ON true;
    create view c as select * from parquet_scan('it''s.parquet') where note = 'from ''x''';`)
  assert.deepEqual(made(views, 'SELECT * FROM a'), [
    "CREATE OR REPLACE VIEW copies.public.a as from <'/data/a.csv'>",
  ])
  assert.deepEqual(made(views, 'SELECT * FROM s."B b"'), [
    `CREATE OR REPLACE VIEW copies.s."B b" (x, y) AS SELECT * FROM <read_csv('/data/b.csv', columns = {'x': 'INT', 'y': 'VARCHAR'})> b JOIN <'/data/a.csv'> z ON true`,
  ])
  assert.deepEqual(made(views, 'SELECT * FROM C'), [
    "CREATE OR REPLACE VIEW copies.public.c as select * from <parquet_scan('/data/it''s.parquet')> where note = 'from ''x'''",
  ])
  assert.deepEqual(views.reachOf('SELECT * FROM a, "b B", c')?.paths, [
    '/data/a.csv',
    '/data/b.csv',
    "/data/it's.parquet",
  ])
})

test('a view over views reaches the files of all of them, also behind a word that is no relation there', () => {
  const views = viewsOf(`create view a as from 'a.csv'; create view b as from 'b.csv';
    create view over as select * from (select * from A) x; create view above as select b from over;
    create view quoted as from 'a'; create view far as from 'over';`)
  const paths = (sql: string): readonly string[] | undefined => views.reachOf(sql)?.paths
  assert.deepEqual(paths('select 1 from over'), ['/data/a.csv'])
  assert.deepEqual(paths('select 1 from above'), ['/data/a.csv', '/data/b.csv'])
  assert.deepEqual(paths('with b as (select 1) select b from a'), ['/data/a.csv', '/data/b.csv'])
  assert.equal(paths('select 1'), undefined)
})

test('whoever reads anything else reads no copy', () => {
  const views = viewsOf(`create view a as from 'a.csv';
    create view pattern as from 'parts/*.csv';
    create view list as from read_csv(['a.csv', 'b.csv']);
    create view text as from read_text('a.csv');
    create view chance as select random() from a;
    create view lenient as from read_csv('a.csv', ignore_errors = true);
    create view hidden as from query('from ' || 'a');
    create view odd as select E'\\x61' from a;
    create view over as from pattern;
    create view maybe_a as from a;
    create view if not exists maybe as from a;
    create view demo.public.far as from a;
    create view twice as from 'a.csv'; create or replace view twice as from pattern;
    create view self as from 'a.csv'; create or replace view self as select * from self;`)
  for (const name of 'pattern list text chance lenient hidden odd over maybe far twice'.split(' '))
    assert.equal(views.reachOf(`select * from ${name}, a`), undefined, name)
  for (const sql of [
    'select now() from a',
    "select * from a where x = E'a'",
    'select * from a, U&"patt\\0065rn"',
    'select * from a, $$pattern$$',
    "select * from a, read_csv('a.csv')",
  ])
    assert.equal(views.reachOf(sql), undefined, sql)
  assert.ok(views.reachOf('select * from maybe_a'))
})

test('a statement over more files than are looked after reads them itself', () => {
  const names = Array.from({ length: 17 }, (_, i) => `v${i}`)
  const views = viewsOf(names.map(name => `create view ${name} as from '${name}.csv';`).join('\n'))
  assert.equal(views.reachOf(`select 1 from ${names.slice(1).join(', ')}`)?.paths.length, 16)
  assert.equal(views.reachOf(`select 1 from ${names.join(', ')}`), undefined)
})
