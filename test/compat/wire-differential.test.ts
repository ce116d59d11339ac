import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Endpoint } from '../../src/base/network.ts'
import { systemNetwork } from '../../src/io/network.ts'
import type { FrontendMessage } from '../../src/sql/pgwire/messages/frontend.ts'
import { connectPgClient, type PgClient, type Received } from '../../src/testing/pg-client.ts'
import { requireTool } from '../required-tool.ts'
import { startEverportSql } from './everport-server.ts'
import { startReferencePostgres } from './postgres-server.ts'

/** Values of every type that is returned, as both servers read them. */
const values: readonly (readonly [type: string, ...texts: string[]])[] = [
  ['bool', 'true', 'false'],
  ['int2', '-32768', '0', '32767'],
  ['int4', '-2147483648', '-1', '2147483647'],
  ['int8', '-9223372036854775808', '4294967296', '9223372036854775807'],
  ['float4', '0', '1.5', '-3.4e38', '1e-45', 'NaN', 'Infinity', '-Infinity', '16777216'],
  [
    'float8',
    '0',
    '-0',
    '0.1',
    '1e15',
    '1e16',
    '123456789012345',
    '1e-4',
    '1e-5',
    '5e-324',
    'NaN',
    '-Infinity',
  ],
  ['numeric(12,2)', '0', '1234567890.12', '-0.01', '100'],
  ['numeric(38,10)', '1234567890123456789012345678.0123456789', '-0.0000000001', '10000'],
  ['numeric(4,0)', '9999', '-1'],
  ['text', '', 'plain', 'über 🚀', 'a\tb\\c'],
  ['varchar', 'x', 'a longer text than twelve bytes'],
  ['bytea', '\\x', '\\x00ff10', '\\x000102030405060708090a0b0c0d0e0f'],
  ['date', '2000-01-01', '1970-01-01', '1999-12-31', '0001-01-01', '9999-12-31', 'infinity', '-infinity'],
  ['time', '00:00:00', '23:59:59.999999', '12:34:56.5'],
  ['timestamp', '2000-01-01 00:00:00', '1969-12-31 23:59:59.999999', '2024-02-29 12:00:00.5', 'infinity'],
  ['timestamptz', '2000-01-01 00:00:00+00', '2024-06-01 12:34:56.789+02', '-infinity'],
  ['timetz', '12:34:56+02', '00:00:00-11:30'],
  ['interval', '0', '1 year 2 mons 3 days 04:05:06.789', '-1 day', '-04:00:00', '14 mons -3 days 00:00:01'],
  ['uuid', '00000000-0000-0000-0000-000000000000', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ['json', '{"a": [1, 2, null]}', '"text"'],
  ['int4[]', '{}', '{1,2,3}', '{1,NULL,-3}'],
  ['text[]', '{a,"b c",NULL,"q\\"uote","{x}",""}'],
  ['float8[]', '{0.5,NaN,Infinity}'],
  ['bool[]', '{t,f,NULL}'],
  ['date[]', '{2000-01-01,1999-12-31}'],
  ['uuid[]', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'],
]

/** The engine knows one type of text, and calls it text. */
const [textOid, varcharOid] = [25, 1043]

interface Answer {
  readonly typeOid: number | undefined
  /** In hexadecimal; undefined for an error. */
  readonly bytes: string | undefined
  readonly error: string | undefined
}

test('every type has the same bytes in text and in binary, as a result and as a parameter', async t => {
  if (!requireTool(t, 'postgres')) return
  const postgres = await startReferencePostgres(t)
  const everport = await startEverportSql(t, '')
  const theirs = await loggedIn(postgres)
  const ours = await loggedIn(everport)
  const differences: string[] = []
  for (const [type, ...texts] of values) {
    for (const text of texts) {
      const sql = `select $1::${type} as v`
      for (const format of [0, 1]) {
        // By way of text first, so that PostgreSQL makes the binary parameter.
        const expected = await ask(theirs, sql, format, { format: 0, bytes: Buffer.from(text) })
        compare(
          `${type} '${text}' in format ${format}`,
          expected,
          await ask(ours, sql, format, { format: 0, bytes: Buffer.from(text) }),
        )
        const parameter = { format, bytes: Buffer.from(expected.bytes ?? '', 'hex') }
        const back = await ask(ours, sql, format, parameter)
        compare(`${type} '${text}' as a parameter in format ${format}`, expected, back)
      }
    }
  }
  theirs.connection.destroy()
  ours.connection.destroy()
  assert.deepEqual(differences, [])

  function compare(what: string, expected: Answer, found: Answer): void {
    const isSameType =
      expected.typeOid === found.typeOid || (expected.typeOid === varcharOid && found.typeOid === textOid)
    if (expected.bytes !== undefined && expected.bytes === found.bytes && isSameType) return
    const shown = (answer: Answer): string => `${answer.typeOid} ${answer.bytes ?? answer.error}`
    differences.push(`${what}: ${shown(expected)} in PostgreSQL, ${shown(found)} here`)
  }
})

interface Server {
  readonly at: Endpoint
  readonly user: string
  readonly password: string
  readonly database: string
}

async function loggedIn({ at, ...login }: Server): Promise<PgClient> {
  const client = await connectPgClient(systemNetwork, at)
  assert.equal((await client.logIn(login)).at(-1)?.kind, 'ReadyForQuery')
  return client
}

async function ask(
  client: PgClient,
  text: string,
  format: number,
  parameter: { readonly format: number; readonly bytes: Buffer },
): Promise<Answer> {
  const messages: FrontendMessage[] = [
    { kind: 'Parse', name: '', text, parameterTypeOids: [] },
    {
      kind: 'Bind',
      portal: '',
      statement: '',
      parameterFormats: [parameter.format],
      parameters: [parameter.bytes],
      resultFormats: [format],
    },
    { kind: 'Describe', target: { of: 'portal', name: '' } },
    { kind: 'Execute', portal: '', rowsMax: 0 },
    { kind: 'Sync' },
  ]
  client.send(...messages)
  return answerOf(await client.until('ReadyForQuery', 'closed'))
}

function answerOf(heard: readonly Received[]): Answer {
  let typeOid: number | undefined
  let bytes: string | undefined
  let error: string | undefined
  for (const message of heard) {
    if (message.kind === 'RowDescription') typeOid = message.fields[0]?.typeOid
    else if (message.kind === 'DataRow') bytes = Buffer.from(message.values[0] ?? []).toString('hex')
    else if (message.kind === 'ErrorResponse') error = message.fields.find(([field]) => field === 'M')?.[1]
  }
  return { typeOid, bytes, error }
}
