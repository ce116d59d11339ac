import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { EverportError, renderForTerminal } from '../base/errors.ts'
import { createStateFolder } from './state-folder.ts'
import { zoneCommand } from './zone.ts'

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
  const everport = async (...args: string[]): Promise<Told> => {
    let [out, err] = ['', '']
    const print = { out: (text: string) => (out += text), err: (text: string) => (err += text) }
    try {
      return { code: await zoneCommand([...args, '--state', stateDir], print), out, err }
    } catch (error) {
      assert.ok(error instanceof EverportError, String(error))
      return { code: 2, out, err: err + renderForTerminal(error) }
    }
  }
  return { folder, stateDir, everport }
}

test('a zone file comes in, goes out the same, and comes in again without a change', async t => {
  const { folder, everport } = place(t)
  const file = join(folder, 'in.zone')
  writeFileSync(file, '$TTL 60\n@ SOA ns1 root 7 1 2 3 4\n@ NS ns1\nns1 A 192.0.2.1\n* MX 10 mail\n')
  const dry = await everport('import', file, '--zone', 'Example.org', '--dry-run')
  assert.match(dry.out, /^example\.org\. \(a new zone\): would be 4 added, 0 changed/)
  const missing = await everport('export', 'example.org')
  assert.equal(missing.code, 2)
  assert.match(missing.err, /there is no zone example\.org\./)

  const first = await everport('import', file, '--zone', 'example.org.')
  assert.match(first.out, /4 added, 0 changed, 0 deleted, 0 unchanged/)
  assert.match(first.out, / {2}\+ \\052\.example\.org\. MX\n/)
  const { out } = await everport('export', 'example.org')
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
    (await everport('import', file, '--zone', 'example.org')).out,
    /: 0 added, 0 changed, 0 deleted, 4 unchanged/,
  )
})

test('mistakes are told with their place, and nothing is changed', async t => {
  const { folder, everport } = place(t)
  const file = join(folder, 'in.zone')
  writeFileSync(file, '$TTL 60\nwww A 192.0.2.256\n$INCLUDE x\nmail MIX 10 a\n')
  const told = await everport('import', file, '--zone', 'example.org')
  assert.equal(told.code, 1)
  assert.deepEqual(
    told.err
      .trim()
      .split('\n')
      .map(line => line.replace(`${file}:`, '').replace(/[;:] .*/, '')),
    ['2:7', '3:1', '4:6', ' 3 mistakes'],
  )
  const none = await everport('import', join(folder, 'none.zone'), '--zone', 'example.org')
  assert.match(none.err, /cannot read .*ENOENT/)
  assert.match((await everport('import', file)).err, /expected one zone file and the name of its zone/)
  assert.match((await everport('exprt')).err, /unknown command: zone exprt/)
})

test('a key is made once and shown again; a zone says who may copy it', async t => {
  const { folder, stateDir, everport } = place(t)
  const file = join(folder, 'in.zone')
  writeFileSync(file, '@ 60 A 192.0.2.1\n')
  await everport('import', file, '--zone', 'example.org')
  const first = await everport('key', 'Copies.example.org')
  assert.match(
    first.out,
    /^key "copies\.example\.org\." \{\n\talgorithm hmac-sha256;\n\tsecret "[\w+/]{43}=";\n\};\n$/,
  )
  assert.equal((await everport('key', 'copies.example.org')).out, first.out)
  assert.match((await everport('key', 'copies.example.org', '--secret', 'AAAA')).err, /there is a key/)
  assert.match((await everport('key', 'other', '--secret', 'AAAA')).err, /at least 16 bytes/)
  assert.match((await everport('key', 'other', '--algorithm', 'hmac-md5')).err, /unknown algorithm/)

  assert.match((await everport('transfer', 'example.org')).out, /may be copied by nobody/)
  const set = [
    '--key',
    'copies.example.org',
    '--notify',
    '192.0.2.7:5301',
    '--notify',
    '[2001:db8::1]:54@copies.example.org',
    '--notify',
    '2001:db8::2',
  ]
  assert.equal(
    (await everport('transfer', 'example.org', ...set)).out,
    'example.org. may be copied with copies.example.org.\n  told of changes: 192.0.2.7:5301, [2001:db8::1]:54 signed with copies.example.org., [2001:db8::2]:53\n',
  )
  assert.match((await everport('transfer', 'example.org', '--key', 'none')).err, /there is no key none\./)
  assert.match((await everport('transfer', 'example.org', '--notify', 'host')).err, /expected an address/)
  assert.match((await everport('transfer', 'example.org', '--none')).out, /by nobody/)

  rmSync(join(stateDir, 'secret.key'))
  assert.match((await everport('key', 'copies.example.org')).err, /sealed with another secret\.key/)
  assert.match((await everport('key', 'copies.example.org', '--delete')).out, /deleted/)
})
