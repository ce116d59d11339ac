import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type OpenedEngine,
  openedEngine,
  query,
  queryBytes,
  readAll,
} from '../../../testing/engine-session.ts'
import type { Format } from '../engine.ts'

/**
 * Random values of every type that has a loop of its own, with nulls among them, over several chunks: as text and in binary they are what a
 * few lines make of the engine's own text.
 */
let opened: OpenedEngine
before(async () => {
  opened = await openedEngine()
})
after(() => opened.close())

const seed = Number(process.env['EVERPORT_SEED'] ?? 7)
const rowCount = 6_000
/** `h` and `g` are 64 random bits of a row, `n` is a whole number of any size and sign. */
const rows = `(select *, (case when h % 2 = 0 then 1 else -1 end) * (g >> (1 + h % 63)::ubigint)::bigint as n
  from (select hash(i + ${seed * 1_000_003}) as h, hash(i + ${seed * 7_000_003 + 500_000}) as g from range(${rowCount}) t(i)))`

interface Case {
  readonly type: string
  readonly values: string
  /** What PostgreSQL shows for the text of the engine, where that is not the same. */
  readonly text?: (engineText: string) => string
  readonly binary: (engineText: string) => Buffer
}

const bigEndian = (value: bigint, bytes: number): Buffer =>
  Buffer.from(
    BigInt.asUintN(8 * bytes, value)
      .toString(16)
      .padStart(2 * bytes, '0'),
    'hex',
  )
const integer =
  (bytes: number) =>
  (text: string): Buffer =>
    bigEndian(BigInt(text), bytes)

/** numeric_send, by its definition. */
function numeric(text: string): Buffer {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d*)\.?(\d*)$/.exec(text) ?? []
  const padded = whole.padStart(Math.ceil(whole.length / 4) * 4, '0')
  const groups = (padded + fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0')).match(/\d{4}/g) ?? []
  let weight = padded.length / 4 - 1
  for (; groups[0] === '0000'; weight--) groups.shift()
  while (groups.at(-1) === '0000') groups.pop()
  const isZero = groups.length === 0
  const head = [groups.length, isZero ? 0 : weight, sign === '' || isZero ? 0 : 0x4000, fraction.length]
  return Buffer.concat([...head, ...groups.map(Number)].map(part => bigEndian(BigInt(part), 2)))
}

const withEraAtEnd = (text: string): string =>
  text.includes(' (BC)') ? `${text.replace(' (BC)', '')} BC` : text

/** Microseconds since 2000 of a date or a timestamp. */
function microsOf(text: string): bigint {
  const found = /^(\d+)-(\d+)-(\d+)( \(BC\))?(?: (\d+):(\d+):(\d+)(?:\.(\d+))?)?$/.exec(text)
  assert.ok(found !== null, text)
  const part = (index: number): number => Number(found[index] ?? 0)
  const midnight = new Date(0).setUTCFullYear(
    found[4] === undefined ? part(1) : 1 - part(1),
    part(2) - 1,
    part(3),
  )
  const seconds =
    BigInt(midnight - Date.UTC(2000)) / 1_000n + BigInt(part(5) * 3_600 + part(6) * 60 + part(7))
  return seconds * 1_000_000n + BigInt((found[8] ?? '').padEnd(6, '0').slice(0, 6))
}

/** By PostgreSQL's rule for the exponent, from as many digits as tell a number from its neighbours. */
function floating(digits: (value: number) => string, exponentFrom: number): (engineText: string) => string {
  return engineText => {
    const value = Number(engineText.replace('inf', 'Infinity'))
    if (!Number.isFinite(value) || value === 0) return Object.is(value, -0) ? '-0' : String(value)
    const [mantissa = '', power = ''] = digits(value).split('e')
    const exponent = Number(power)
    const sign = mantissa.startsWith('-') ? '-' : ''
    const shown = mantissa.replace(/\D/g, '').replace(/0+$/, '')
    if (exponent < -4 || exponent >= exponentFrom) {
      const size = String(Math.abs(exponent)).padStart(2, '0')
      return `${sign}${shown.replace(/^(.)(.)/, '$1.$2')}e${exponent < 0 ? '-' : '+'}${size}`
    }
    if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${shown}`
    const whole = shown.slice(0, exponent + 1).padEnd(exponent + 1, '0')
    return shown.length > exponent + 1 ? `${sign}${whole}.${shown.slice(exponent + 1)}` : sign + whole
  }
}

/** Nine digits are always enough. */
function singleDigits(value: number): string {
  for (let digits = 5; digits < 8; digits++) {
    if (Math.fround(Number(value.toExponential(digits))) === Math.fround(value))
      return value.toExponential(digits)
  }
  return value.toExponential(8)
}

function floatBytes(text: string, bytes: 4 | 8): Buffer {
  const value = Number(text.replace('inf', 'Infinity'))
  const found = Buffer.alloc(bytes)
  if (bytes === 8) found.writeDoubleBE(value)
  else found.writeFloatBE(value)
  return found
}

const double = (values: string): Case => ({
  type: 'double',
  values,
  text: floating(value => value.toExponential(), 15),
  binary: found => floatBytes(found, 8),
})
const moment = (type: string, values: string, zone = ''): Case => ({
  type,
  values,
  text: found => withEraAtEnd(found),
  binary: found => bigEndian(microsOf(found.replace(zone, '')), 8),
})
/** Of whole numbers with as many digits as fit. */
function decimal(width: number, scale: number): Case {
  const whole = width > 18 ? `n::hugeint * (h % 1000000007)::hugeint` : `n % ${10n ** BigInt(width)}`
  const digits = `lpad(abs(${whole})::varchar, ${scale + 1}, '0')`
  return {
    type: `decimal(${width},${scale})`,
    values: `concat(case when n < 0 then '-' end, ${digits}[:-${scale + 1}], '.', ${digits}[-${scale}:])`,
    // The engine leaves the zero out where no digit may stand before the point.
    text: found => found.replace(/^(-?)\./, '$10.'),
    binary: numeric,
  }
}
const decimals = [
  [4, 2],
  [9, 1],
  [9, 9],
  [18, 3],
  [18, 9],
  [18, 14],
  [38, 6],
  [38, 20],
] as const

const cases: readonly Case[] = [
  { type: 'tinyint', values: 'n % 128', binary: integer(2) },
  { type: 'utinyint', values: 'g % 256', binary: integer(2) },
  { type: 'smallint', values: 'n % 32768', binary: integer(2) },
  { type: 'usmallint', values: 'g % 65536', binary: integer(4) },
  { type: 'integer', values: 'n % 2147483648', binary: integer(4) },
  { type: 'uinteger', values: 'g % 4294967296', binary: integer(8) },
  { type: 'bigint', values: 'n', binary: integer(8) },
  { type: 'ubigint', values: 'g >> (h % 64)', binary: numeric },
  { type: 'hugeint', values: 'n::hugeint * (g % 1000000007)::hugeint', binary: numeric },
  { type: 'hugeint', values: 'n', binary: numeric },
  { type: 'uhugeint', values: '(g >> (h % 64))::uhugeint * g', binary: numeric },
  ...decimals.map(([width, scale]) => decimal(width, scale)),
  {
    type: 'boolean',
    values: 'h % 2 = 0',
    text: found => found.slice(0, 1),
    binary: found => Buffer.from([found === 'true' ? 1 : 0]),
  },
  double('n / 7.0::double'),
  double('n / 1000.0::double'),
  double('(n % 100000) / 100.0::double'),
  double('n * pow(10, (g % 500)::double - 250)'),
  double("[0, '-0', 'inf', '-inf', 'nan', 0.0001, 1e15, 1e-5][1 + (g % 8)::int]"),
  {
    type: 'real',
    values: 'n * pow(10, (g % 40)::double - 30)',
    text: floating(singleDigits, 6),
    binary: found => floatBytes(found, 4),
  },
  {
    type: 'real',
    values: '(n % 1000000) / 1000.0::double',
    text: floating(singleDigits, 6),
    binary: found => floatBytes(found, 4),
  },
  {
    type: 'varchar',
    values: 'repeat(chr(97 + (h % 26)::int), (g % 40)::int)',
    binary: found => Buffer.from(found),
  },
  { type: 'varchar', values: "repeat('ä漢😀', (g % 60)::int) || h", binary: found => Buffer.from(found) },
  { type: 'uuid', values: 'md5(h::varchar)', binary: found => Buffer.from(found.replaceAll('-', ''), 'hex') },
  {
    type: 'date',
    values: "date '1970-01-01' + (n % 2000000)::int",
    text: withEraAtEnd,
    binary: found => bigEndian(microsOf(found) / 86_400_000_000n, 4),
  },
  moment('timestamp', 'make_timestamp(n % 250000000000000000)'),
  moment('timestamp', "timestamp '2020-01-01' + to_seconds((g % 1000000000)::bigint)"),
  moment('timestamptz', 'make_timestamp(n % 9000000000000000)', '+00'),
  moment('timestamp_s', "timestamp '2020-01-01' + to_seconds(n % 1000000000)"),
  moment('timestamp_ms', "timestamp '2020-01-01' + to_milliseconds(n % 1000000000000)"),
  moment('timestamp_ns', "timestamp '2020-01-01' + to_microseconds(n % 1000000000000000)"),
  {
    type: 'time',
    values: "time '00:00:00' + to_microseconds((g % 86400000000)::bigint)",
    binary: found => bigEndian(microsOf(`2000-01-01 ${found}`), 8),
  },
]

for (const { type, values, text = (found: string) => found, binary } of cases) {
  test(`random values of ${type}, of ${values}`, async () => {
    for (const nulls of ['', 'case when g % 3 <> 0 then ']) {
      const value = `${nulls}(${values})::${type}${nulls === '' ? '' : ' end'}`
      const statement = `select v, v::varchar from (select ${value} as v from ${rows})`
      const shown = await query(opened.session, statement)
      const bytes = await queryBytes(opened.session, statement, 1)
      assert.equal(shown.length, rowCount)
      assert.equal(
        shown.some(([ours]) => ours === null),
        nulls !== '',
      )
      shown.forEach(([ours = '', theirs = ''], i) => {
        assert.equal(ours, theirs === null ? null : text(theirs), `seed ${seed}: ${theirs}`)
        assert.deepEqual(bytes[i]?.[0], theirs === null ? null : binary(theirs), `seed ${seed}: ${theirs}`)
      })
    }
  })
}

test('rows are the same however many are asked for at a time', async () => {
  const wide = Array.from(
    { length: 40 },
    (_, i) => `n / ${i + 3}.0::double, repeat('w', (g % ${i + 1})::int), n + ${i}`,
  )
  const statement = `select n, case when h % 5 = 0 then g::varchar end as s, [h % 7, null] as a, ${wide.join()} from ${rows}`
  const prepared = await opened.session.prepare(statement, [])
  for (const formats of [[0], [1]] satisfies Format[][]) {
    const whole = await readAll(await prepared.execute([], formats))
    assert.equal(whole.length, rowCount)
    for (const rowsMax of [1, 7, 511, 513, 2_048]) {
      assert.deepEqual(await readAll(await prepared.execute([], formats), rowsMax), whole)
    }
  }
  prepared.close()
})
