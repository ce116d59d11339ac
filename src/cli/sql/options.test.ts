import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientFile } from '../client-file.ts'
import { destination, parseSqlOptions } from './options.ts'

const file: ClientFile = {
  dns: [{ address: '127.0.0.1', port: 5300 }],
  name: 'data.demo.test',
  port: 9996,
  user: 'everport',
  password: 'secret',
  database: 'demo',
}

test('everything comes from the state folder unless it is said', () => {
  const { dns, ...rest } = file
  assert.deepEqual(destination(parseSqlOptions([]), file, undefined), { ...rest, dns, flight: undefined })
  const said = parseSqlOptions([
    '127.0.1.11',
    '--port',
    '5432',
    '--database',
    'other',
    '-c',
    'select 1',
    '--format',
    'csv',
  ])
  assert.deepEqual(destination(said, file, undefined), {
    ...rest,
    dns,
    name: '127.0.1.11',
    port: 5432,
    database: 'other',
    flight: undefined,
  })
  assert.equal(said.statements, 'select 1')
  assert.equal(said.format, 'csv')
})

test('the runtime port comes from the state folder, too, and TLS from it or from --ca', () => {
  const flight = (args: string[], more: Partial<ClientFile> = {}) => {
    const found = destination(
      parseSqlOptions(['--protocol', 'flight', ...args]),
      { ...file, ...more },
      undefined,
    )
    return [found.port, found.flight]
  }
  const clear = { isTls: false, authorityFile: undefined }
  assert.deepEqual(flight([]), [9_999, clear])
  assert.deepEqual(flight([], { flight: { port: 8_999, isTls: false } }), [8_999, clear])
  const secured = { port: 8_999, isTls: true, authorityFile: '/ca.crt' }
  assert.deepEqual(flight([], { flight: secured }), [8_999, { isTls: true, authorityFile: '/ca.crt' }])
  assert.deepEqual(flight(['--port', '1', '--ca', 'x.crt'], { flight: secured }), [
    1,
    { isTls: true, authorityFile: 'x.crt' },
  ])
})

test("another user does not get the file's password", () => {
  const options = parseSqlOptions(['--user', 'ada'])
  assert.equal(destination(options, file, undefined).password, '')
  assert.equal(destination(options, file, 'hers').password, 'hers')
})

test('without a state folder it says how to start', () => {
  assert.throws(() => destination(parseSqlOptions([]), undefined, undefined), {
    message: 'no Everport runs here',
    hint: /npm start/,
  })
  const whole = parseSqlOptions(['--host', '127.0.0.1', '--port', '1', '--user', 'u', '--database', 'd'])
  assert.equal(destination(whole, undefined, 'p').name, '127.0.0.1')
})

test('wrong arguments say what was expected', () => {
  const wrong: [string[], RegExp][] = [
    [['--format', 'xml'], /expected the format table, csv, json; found xml/],
    [['--protocol', 'nonsense'], /^expected the protocol postgres or flight; found nonsense$/],
    [['--ca', 'ca.crt'], /^--ca goes with --protocol flight only$/],
    [['--port', '0'], /--port: expected 1 … 65535, found 0/],
    [['a', 'b'], /expected one NAME, found a b/],
    [['a', '--host', 'b'], /give one of them/],
    [['-c', 'x', '-f', 'y'], /cannot go together/],
    [['--colour'], /--colour/],
  ]
  for (const [args, words] of wrong)
    assert.throws(() => parseSqlOptions(args), {
      code: 'invalid_input',
      message: words,
      hint: 'everport sql --help',
    })
})
