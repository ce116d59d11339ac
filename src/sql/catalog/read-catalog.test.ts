import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Mistake } from '../../topology/mistakes.ts'
import type { Catalog } from './catalog.ts'
import { type FileKind, readCatalog } from './read-catalog.ts'

const kindOf = (path: string): FileKind => {
  if (path.includes('missing')) return 'missing'
  return path.endsWith('/') || path.endsWith('folder') ? 'folder' : 'file'
}

function catalogOf(text: string): Catalog {
  const { catalog, mistakes } = readCatalog(text, '/data/catalog.sql', kindOf)
  assert.ok(catalog, JSON.stringify(mistakes))
  return catalog
}

function mistakesOf(text: string): readonly Mistake[] {
  const { mistakes } = readCatalog(text, '/data/catalog.sql', kindOf)
  assert.ok(mistakes, 'expected mistakes')
  return mistakes
}

test('relative paths begin at the folder of the file; files and folders that may be read are named exactly', () => {
  const { statements, files, folders } = catalogOf(`
    -- from 'not-this.csv'
    CREATE SCHEMA IF NOT EXISTS sales;
    create or replace view sales.orders as
      select *, 'from x' as note from read_csv('orders.csv', header = true, delim = 'x')
      join '../other/it''s.parquet' using (id);
    CREATE VIEW "All" AS SELECT * FROM read_json(['a.json', '/abs/b.json'], format = 'auto') UNION ALL FROM read_parquet('parts/2024/*.parquet');
    COMMENT ON VIEW "All" IS 'every one of them';
  `)
  assert.deepEqual(
    statements.map(({ kind, name }) => [kind, name]),
    [
      ['schema', 'sales'],
      ['view', 'sales.orders'],
      ['view', 'All'],
      ['comment', 'COMMENT'],
    ],
  )
  assert.deepEqual(files, ['/data/orders.csv', "/other/it's.parquet", '/data/a.json', '/abs/b.json'])
  assert.deepEqual(folders, ['/data/parts/2024/'])
  assert.match(statements[1]?.sql ?? '', /read_csv\('\/data\/orders\.csv', header = true, delim = 'x'\)/)
  assert.match(statements[1]?.sql ?? '', /join '\/other\/it''s\.parquet' using/)
})

test('an empty file, or one of comments, is an empty catalog', () => {
  assert.deepEqual(catalogOf('').statements, [])
  assert.deepEqual(catalogOf(' -- nothing\n;;/* here */;').statements, [])
})

test('all mistakes are told at once, each with its place', () => {
  const found = mistakesOf(
    [
      "CREATE VIEW a AS FROM 'missing.csv';",
      'CREATE TABLE b (i int);',
      "CREATE VIEW c AS FROM read_csv('some/folder');",
      "CREATE VIEW d AS FROM read_parquet('s3://bucket/x.parquet');",
      "  COPY x TO 'y';",
      "CREATE VIEW e AS FROM read_csv('missing/*.csv');",
      'drop view e',
    ].join('\n'),
  )
  assert.deepEqual(
    found.map(({ line, column, where, found: what }) => [line, column, where, what]),
    [
      [1, 23, 'a', 'no file /data/missing.csv'],
      [2, 1, '', 'CREATE TABLE B'],
      [3, 32, 'c', 'the folder /data/some/folder'],
      [4, 36, 'd', 's3://bucket/x.parquet'],
      [5, 3, '', 'COPY X TO'],
      [6, 32, 'e', 'no folder /data/missing/'],
      [7, 1, '', 'DROP VIEW E'],
    ],
  )
  for (const { expected, sourceLine } of found)
    assert.ok(expected.length > 0 && (sourceLine?.length ?? 0) > 0)
})

test('a quote without an end is told with its line', () => {
  const [mistake] = mistakesOf("CREATE VIEW a AS SELECT 1;\nCREATE VIEW b AS SELECT 'x;\n")
  assert.equal(mistake?.line, 2)
  assert.match(mistake?.found ?? '', /unterminated/)
})

test('places in a rewritten statement lead back to the file', () => {
  const text = "\n\nCREATE VIEW a AS SELECT nosuch FROM 'x.csv' WHERE later;"
  const [statement] = catalogOf(text).statements
  assert.ok(statement)
  for (const word of ['nosuch', 'later']) {
    assert.equal(statement.sourceOffset(statement.sql.indexOf(word)), text.indexOf(word))
  }
})

test('any text is either a catalog or mistakes', () => {
  const piece = fc.constantFrom(
    'create ',
    'view ',
    'x',
    ' as ',
    'from ',
    "'a.csv'",
    '"',
    "'",
    '(',
    ')',
    ';',
    '--',
    '/*',
    '\n',
    '$a$',
    'read_csv(',
    '[',
    ',',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), pieces => {
      const { catalog, mistakes } = readCatalog(pieces.join(''), '/data/c.sql', kindOf)
      assert.ok((catalog === undefined) !== (mistakes === undefined))
    }),
  )
})
