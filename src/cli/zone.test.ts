import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createStateFolder } from './state-folder.ts'

interface Told {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface Place {
  readonly folder: string
  readonly stateDir: string
  everport(...args: string[]): Promise<Told>
}

function place(t: TestContext): Place {
  const folder = mkdtempSync(join(tmpdir(), 'everport-zone-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const stateDir = join(folder, 'state')
  createStateFolder(stateDir)
  const everport = (...args: string[]): Promise<Told> =>
    new Promise(resolve => {
      const command = ['--import', 'tsx', 'src/main.ts', ...args, '--state', stateDir]
      execFile(process.execPath, command, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      )
    })
  return { folder, stateDir, everport }
}

test('a zone file comes in, goes out the same, and comes in again without a change', async t => {
  const { folder, everport } = place(t)
  const file = join(folder, 'in.zone')
  writeFileSync(file, '$TTL 60\n@ SOA ns1 root 7 1 2 3 4\n@ NS ns1\nns1 A 192.0.2.1\n* MX 10 mail\n')
  const dry = await everport('zone', 'import', file, '--zone', 'Example.org', '--dry-run')
  assert.match(dry.out, /^example\.org\. \(a new zone\): would be 4 added, 0 changed/)
  const missing = await everport('zone', 'export', 'example.org')
  assert.equal(missing.code, 2)
  assert.match(missing.err, /there is no zone example\.org\./)

  const first = await everport('zone', 'import', file, '--zone', 'example.org.')
  assert.match(first.out, /4 added, 0 changed, 0 deleted, 0 unchanged/)
  assert.match(first.out, / {2}\+ \\052\.example\.org\. MX\n/)
  const { out } = await everport('zone', 'export', 'example.org')
  assert.deepEqual(
    out.split('\n').map(line => line.replaceAll(/ +/g, ' ')),
    [
      '$ORIGIN example.org.',
      '@ 60 IN SOA ns1.example.org. root.example.org. 7 1 2 3 4',
      '@ 60 IN NS ns1.example.org.',
      '* 60 IN MX 10 mail.example.org.',
      'ns1 60 IN A 192.0.2.1',
      '',
    ],
  )
  writeFileSync(file, out)
  assert.match(
    (await everport('zone', 'import', file, '--zone', 'example.org')).out,
    /: 0 added, 0 changed, 0 deleted, 4 unchanged/,
  )
})

test('mistakes are told with their place, and nothing is changed', async t => {
  const { folder, everport } = place(t)
  const file = join(folder, 'in.zone')
  writeFileSync(file, '$TTL 60\nwww A 192.0.2.256\n$INCLUDE x\nmail MIX 10 a\n')
  const told = await everport('zone', 'import', file, '--zone', 'example.org')
  assert.equal(told.code, 1)
  assert.deepEqual(
    told.err
      .trim()
      .split('\n')
      .map(line => line.replace(`${file}:`, '').replace(/[;:] .*/, '')),
    ['2:7', '3:1', '4:6', ' 3 mistakes'],
  )
  const none = await everport('zone', 'import', join(folder, 'none.zone'), '--zone', 'example.org')
  assert.match(none.err, /cannot read .*ENOENT/)
  assert.match(
    (await everport('zone', 'import', file)).err,
    /expected one zone file and the name of its zone/,
  )
  assert.match((await everport('zone', 'exprt')).err, /unknown command: zone exprt/)
})
