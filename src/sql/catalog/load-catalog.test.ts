import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Log, silentLog } from '../../base/log.ts'
import { openedEngine, query, refusal } from '../../testing/engine-session.ts'
import { loadCatalog } from './load-catalog.ts'

let folder: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'everport-catalog-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

async function load(text: string): ReturnType<typeof loadCatalog> {
  const file = join(folder, 'catalog.sql')
  writeFileSync(file, text)
  return await loadCatalog(file)
}

test('views over files of three kinds are served, and joined', async () => {
  writeFileSync(join(folder, 'people.csv'), 'id,name\n1,Ada\n2,Grace\n')
  writeFileSync(join(folder, 'langs.json'), '[{"person":1,"lang":"notes"},{"person":2,"lang":"cobol"}]')
  const catalog = await load(`
    CREATE SCHEMA staff;
    CREATE VIEW staff.people AS FROM 'people.csv';
    CREATE VIEW langs AS FROM read_json('langs.json');
    CREATE VIEW skills AS SELECT name, lang FROM staff.people JOIN langs ON person = id;
  `)
  const opened = await openedEngine({ catalog })
  try {
    assert.deepEqual(await query(opened.session, 'select * from skills order by name'), [
      ['Ada', 'notes'],
      ['Grace', 'cobol'],
    ])
    const listed =
      "select table_schema, table_name, table_type from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema') order by 1, 2"
    assert.deepEqual(await query(opened.session, listed), [
      ['public', 'langs', 'VIEW'],
      ['public', 'skills', 'VIEW'],
      ['staff', 'people', 'VIEW'],
    ])
    const columns =
      "select column_name, data_type from information_schema.columns where table_name = 'people' order by ordinal_position"
    assert.deepEqual(await query(opened.session, columns), [
      ['id', 'bigint'],
      ['name', 'text'],
    ])
  } finally {
    await opened.close()
  }
})

test('what the engine finds wrong is told with file and line, all at once', async () => {
  writeFileSync(join(folder, 'people.csv'), 'id,name\n1,Ada\n')
  const catalog = await load(
    "CREATE VIEW a AS SELECT nosuch FROM 'people.csv';\nCREATE VIEW b AS SELECT 1;\nCREATE VIEW c AS\n  SELECT * FROM d;\nCREATE VIEW e AS SELEC 1;\n",
  )
  const error = await refusal(openedEngine({ catalog }))
  assert.equal(error.code, 'invalid_input')
  const text = error.detail ?? ''
  assert.match(text, /catalog\.sql:1:25: a: found column "nosuch" does not exist/)
  assert.match(text, /catalog\.sql:4:17: c: found relation "d" does not exist/)
  assert.match(text, /catalog\.sql:5:18: e: found syntax error at or near "SELEC"/)
  assert.match(text, /3 mistakes/)
})

test('a catalog file that is not there is told by name', async () => {
  const error = await refusal(loadCatalog(join(folder, 'nowhere.sql')))
  assert.equal(error.code, 'file_error')
  assert.match(error.message, /nowhere\.sql \(ENOENT\)/)
})

test('a view that guesses its columns for too long is told to name them', async () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => `${i},${i * 2},text ${i}`)
  writeFileSync(join(folder, 'large.csv'), `a,b,c\n${rows.join('\n')}\n`)
  const catalog = await load("CREATE VIEW large AS FROM read_csv('large.csv');")
  const warned: string[] = []
  const log: Log = {
    ...silentLog,
    warn: (event, fields) => void warned.push(`${event} ${String(fields?.['view'])}`),
  }
  const opened = await openedEngine({ catalog, log })
  await opened.close()
  assert.deepEqual(warned, ['catalog.view-slow-to-bind large'])
})

test('the example catalog is served', async () => {
  const opened = await openedEngine({
    catalog: await loadCatalog(
      fileURLToPath(new URL('../../../examples/catalog/flights.sql', import.meta.url)),
    ),
  })
  try {
    assert.equal((await query(opened.session, 'select * from state_capitals')).length, 50)
  } finally {
    await opened.close()
  }
})

test('another catalog is served to new sessions, a wrong one changes nothing', async () => {
  const opened = await openedEngine({ catalog: await load('CREATE VIEW v AS SELECT 1 AS x;') })
  try {
    assert.deepEqual(await query(opened.session, 'select * from v'), [['1']])
    await refusal(opened.engine.reload(await load('CREATE VIEW v AS SELECT nosuch;')))
    await opened.engine.reload(await load('CREATE VIEW v AS SELECT 2 AS x;'))
    assert.deepEqual(
      await query(opened.session, 'select * from v'),
      [['1']],
      'what is open keeps its catalog',
    )
    const next = await opened.engine.openSession({ user: 'x', database: 'y', applicationName: '' })
    assert.deepEqual(await query(next, 'select * from v'), [['2']])
    await next.close()
  } finally {
    await opened.close()
  }
})
