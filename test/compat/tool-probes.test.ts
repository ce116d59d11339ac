import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemNetwork } from '../../src/io/network.ts'
import { startNode } from '../../src/roles/node.ts'
import { nodeBench } from '../../src/testing/node-bench.ts'
import { connectPgClient, type PgClient, type Received } from '../../src/testing/pg-client.ts'
import { requireTool } from '../required-tool.ts'
import { startReferencePostgres } from './postgres-server.ts'

/**
 * What tools of others ask when they connect and look around, one file a tool. Each statement must be answered as PostgreSQL 15 answers it: with columns of the same
 * names and types. `-- rows` before it: and with the same rows, but for OIDs of what a catalog file makes. `-- error`: and refused with the same SQLSTATE.
 * `-- known: why` names a difference that there still is, in a statement that is answered all the same.
 */
const folder = new URL('./tool-probes/', import.meta.url).pathname
const files = readdirSync(folder).filter(name => name.endsWith('.sql'))

/** The same views on both sides. */
const views = `create view people as
  select * from (values
    (1::int4, 'ann'::text, date '2024-01-31', timestamp '2024-01-31 10:00:00', 1.5::float8),
    (2, 'bob', date '2024-02-29', timestamp '2024-02-29 11:30:00', 2.5),
    (3, 'cem', date '2024-02-29', timestamp '2024-06-01 00:00:00', null)
  ) as v(id, name, since, seen, score);
create view towns as select 1::int8 as id, 'x'::text as name;`

interface Probe {
  readonly statement: string
  readonly compares: 'columns' | 'rows' | 'error'
  readonly known: string | undefined
}

function probesOf(file: string): Probe[] {
  const blocks = readFileSync(join(folder, file), 'utf8').split(/;\n/)
  return blocks.flatMap(block => {
    const lines = block.split('\n')
    const statement = lines
      .filter(line => !line.startsWith('-- '))
      .join('\n')
      .trim()
    const word = lines.includes('-- rows') ? 'rows' : lines.includes('-- error') ? 'error' : 'columns'
    return statement === ''
      ? []
      : [{ statement, compares: word, known: lines.find(line => line.startsWith('-- known: ')) }]
  })
}

/** oid, regproc, xid, oidvector and OID arrays. */
const oidTypes: ReadonlySet<number> = new Set([24, 26, 28, 30, 1_028, 2_205, 2_206])

/** The engine has one type of text, and one of OIDs: name, "char", varchar and aclitem are told as text, regproc and xid as oid. */
const asTold: ReadonlyMap<number, number> = new Map([
  [18, 25],
  [19, 25],
  [1_043, 25],
  [2_277, 25],
  [1_003, 1_009],
  [1_034, 1_009],
  [24, 26],
  [28, 26],
  [2_206, 26],
  [194, 25],
  [869, 25],
  [1_002, 1_009],
  [22, 1_005],
  [30, 1_028],
])

function shown(heard: readonly Received[], compares: Probe['compares']): string[] {
  let types: readonly number[] = []
  return heard.flatMap(message => {
    if (message.kind === 'ErrorResponse') {
      const fields = new Map(message.fields)
      return [
        compares === 'error' ? `error ${fields.get('C')}` : `error ${fields.get('C')} ${fields.get('M')}`,
      ]
    }
    if (message.kind === 'RowDescription') {
      types = message.fields.map(({ typeOid }) => typeOid)
      return [
        message.fields.map(({ name, typeOid }) => `${name}:${asTold.get(typeOid) ?? typeOid}`).join(' '),
      ]
    }
    if (message.kind === 'DataRow' && compares === 'rows')
      return [message.values.map((value, i) => cell(value, types[i] ?? 0)).join(' | ')]
    return []
  })
}

/** An OID of PostgreSQL's own is the same everywhere; those from 16384 on are the server's. */
function cell(value: Uint8Array | null, type: number): string {
  if (value === null) return '∅'
  const text = Buffer.from(value).toString()
  return oidTypes.has(type) && Number(text) >= 16_384 ? 'own' : text
}

test('what tools ask when they connect is answered as PostgreSQL answers it', async t => {
  if (!requireTool(t, 'postgres')) return
  assert.ok(files.length >= 6)
  const postgres = await startReferencePostgres(t, { settings: ["lc_messages = 'C'"] })
  const prepared = await postgres.connect()
  await prepared.query(views)
  prepared.close()
  const bench = await nodeBench({ catalog: views })
  const node = await startNode(bench.context)
  t.after(async () => {
    await node.stop()
    bench.remove()
  })
  const logIn = async (at: typeof postgres.at, user: string, database: string): Promise<PgClient> => {
    const client = await connectPgClient(systemNetwork, at)
    const heard = await client.logIn({ user, password: 'secret', database })
    assert.equal(heard.at(-1)?.kind, 'ReadyForQuery')
    return client
  }
  for (const file of files) {
    await t.test(file.replace('.sql', ''), async () => {
      const theirs = await logIn(postgres.at, postgres.user, postgres.database)
      const ours = await logIn(node.odbc, 'app', 'demo')
      const probes = probesOf(file)
      assert.ok(probes.length > 5)
      const differences: string[] = []
      for (const { statement, compares, known } of probes) {
        const expected = shown(await theirs.query(statement), compares)
        const found = shown(await ours.query(statement), compares)
        assert.equal(
          expected.some(line => line.startsWith('error ')),
          compares === 'error',
          `${statement}: ${expected.join()}`,
        )
        if (known !== undefined) {
          assert.notDeepEqual(found, expected, `${statement} is answered alike: take out ${known}`)
          assert.ok(!found.some(line => line.startsWith('error ')), `${statement}: ${found.join()}`)
        } else if (found.join('\n') !== expected.join('\n'))
          differences.push(
            `${statement}\n  PostgreSQL  ${expected.join('\n    ')}\n  Everport    ${found.join('\n    ')}`,
          )
      }
      theirs.connection.destroy()
      ours.connection.destroy()
      assert.equal(differences.join('\n\n'), '')
    })
  }
})
