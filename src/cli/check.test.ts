import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadTopology } from '../io/topology-file.ts'
import { renderMistakes } from '../topology/mistakes.ts'

function check(...args: string[]): { code: number | null; out: string; err: string } {
  const script = `import { checkCommand } from './src/cli/check.ts'; process.exitCode = await checkCommand(process.argv.slice(1))`
  const run = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script, '--', ...args],
    { encoding: 'utf8', timeout: 30_000 },
  )
  return { code: run.status, out: run.stdout, err: run.stderr }
}

test('a valid file: one line that says what it stands for', () => {
  const { code, out, err } = check('examples/active-passive.yaml')
  assert.equal(
    out,
    'examples/active-passive.yaml: ok: 6 views, 2 clusters, 4 nodes in 4 zones, clients connect to data.demo.test\n',
  )
  assert.deepEqual([code, err], [0, ''])
})

test('mistakes: all of them on standard error, exit code 1', t => {
  const folder = mkdtempSync(join(tmpdir(), 'everport-check-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'bad.yaml')
  writeFileSync(file, 'name: demo\ndomian: demo.test\ncatalog: none.sql\nclusters: none\n')
  const { code, out, err } = check(file)
  assert.deepEqual([code, out], [1, ''])
  assert.match(err, /bad\.yaml:2:1: domian: found the unknown key 'domian'.*\n.*\n.*\n {2}try: domain\n/)
  assert.match(err, /bad\.yaml:3:10: catalog: found 'none\.sql', which is no readable file/)
  assert.match(err, /bad\.yaml:4:11: clusters: found 'none'; expected a list of 0 to 2/)
  assert.match(err, /bad\.yaml: 4 mistakes\n$/)
})

test('mistakes of the catalog: what is not allowed, files that are not there, and SQL that the engine refuses', t => {
  const folder = mkdtempSync(join(tmpdir(), 'everport-check-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'shop.yaml')
  const clusters = 'clusters:\n  - name: east\n    role: primary\n    zones: [a]\n'
  writeFileSync(file, `name: shop\ndomain: shop.test\ncatalog: views.sql\n${clusters}`)
  const withCatalog = (sql: string, ...options: string[]): ReturnType<typeof check> => {
    writeFileSync(join(folder, 'views.sql'), sql)
    return check(file, ...options)
  }
  const places = withCatalog("CREATE TABLE x (i int);\nCREATE VIEW o AS FROM 'none.csv';\n")
  assert.deepEqual([places.code, places.out], [1, ''])
  assert.match(places.err, /views\.sql:1:1: found CREATE TABLE/)
  assert.match(places.err, /views\.sql:2:\d+: o: found no file .*none\.csv/)
  const refused = withCatalog('CREATE VIEW o AS SELECT 1 AS one;\nCREATE VIEW p AS SELECT two FROM o;\n')
  assert.deepEqual([refused.code, refused.out], [1, ''])
  assert.match(refused.err, /views\.sql:2:\d+: p: .*two/)
  assert.equal(withCatalog("CREATE VIEW o AS FROM 'none.csv';\n", '--topology-only').code, 0)
})

test('--help', () => assert.match(check('--help').out, /^everport check FILE/))

test('files that cannot be read are one mistake, in words', t => {
  const folder = mkdtempSync(join(tmpdir(), 'everport-check-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = (name: string): string => join(folder, name)
  writeFileSync(path('huge'), 'x'.repeat(300_000))
  writeFileSync(path('binary'), Buffer.from([0x6e, 0xff, 0xfe]))
  const told = (name: string): string => {
    const { mistakes } = loadTopology(path(name))
    assert.ok(mistakes)
    return renderMistakes(mistakes).replaceAll(folder, '')
  }
  assert.equal(told('none'), '/none:1:1: found no file; expected a topology file\n\n/none: 1 mistake')
  assert.match(told('.'), /found a folder; expected a topology file/)
  assert.match(told('huge'), /found a file of 300000 bytes; expected at most 262144/)
  assert.match(told('binary'), /found bytes that are not UTF-8/)
  assert.match(told('huge/below'), /found no file/)
})

test('a file without permission to read it', {
  skip: process.getuid?.() === 0 && 'root reads everything',
}, t => {
  const folder = mkdtempSync(join(tmpdir(), 'everport-check-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'secret.yaml')
  writeFileSync(file, '')
  chmodSync(file, 0)
  assert.match(renderMistakes(loadTopology(file).mistakes ?? []), /a file that may not be read/)
})
