import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { PostgresConnection } from '../../src/sql/client/postgres-connection.ts'
import { PostgresError } from '../../src/sql/client/postgres-error.ts'
import type { QueryResult } from '../../src/sql/client/result.ts'
import { requireTool } from '../required-tool.ts'
import { startEverportSql } from './everport-server.ts'
import { startReferencePostgres } from './postgres-server.ts'

/**
 * The same statements asked of PostgreSQL and of us: names and types of columns, rows, and the SQLSTATE of what is refused. What differs stands in
 * docs/reference/sql-differences.md, all of it and nothing else; EVERPORT_REWRITE=1 writes that list anew.
 */
const corpus = 'test/compat/postgres-corpus'
const listFile = 'docs/reference/sql-differences.md'
const headings: Readonly<Record<string, string>> = {
  operators: 'Operators',
  numbers: 'Numbers',
  strings: 'Text',
  dates: 'Dates and times',
  queries: 'Queries',
  types: 'Types and casts',
  names: 'Names of columns',
  programs: 'As reports and programs ask',
}

interface Difference {
  readonly statement: string
  readonly postgres: string
  readonly everport: string
}

test('statements answer as PostgreSQL answers them, but for the listed ones', {
  timeout: 300_000,
}, async t => {
  if (!requireTool(t, 'postgres')) return
  const views = readFileSync(`${corpus}/views.sql`, 'utf8')
  const reference = await startReferencePostgres(t)
  const everport = await startEverportSql(t, views)
  const setup = await reference.connect()
  await setup.queryAll(views)
  setup.close()

  const files = readdirSync(corpus).filter(file => file !== 'views.sql')
  assert.deepEqual(files.map(file => file.replace('.sql', '')).sort(), Object.keys(headings).sort())
  const found = new Map<string, Difference[]>()
  let asked = 0
  const [theirs, ours] = await Promise.all([reference.connect(), everport.connect()])
  for (const topic of Object.keys(headings)) {
    const differences: Difference[] = []
    for (const statement of statementsOf(topic)) {
      asked++
      const [expected, actual] = await Promise.all([answer(theirs, statement), answer(ours, statement)])
      if (expected !== actual) differences.push({ statement, postgres: expected, everport: actual })
    }
    found.set(topic, differences)
  }
  theirs.close()
  ours.close()
  const differ = [...found.values()].flat().length
  assert.ok(asked >= 500, `only ${asked} statements`)
  const list = differenceList(found, asked)
  if (process.env['EVERPORT_REWRITE'] === '1') writeFileSync(listFile, list)
  t.diagnostic(`${asked} statements, ${differ} differ`)
  assert.equal(existsSync(listFile) ? readFileSync(listFile, 'utf8') : '', list)
})

function statementsOf(topic: string): string[] {
  const lines = readFileSync(`${corpus}/${topic}.sql`, 'utf8').split('\n')
  return lines.filter(line => line !== '')
}

/** One line for all that a client can tell apart. */
async function answer(connection: PostgresConnection, statement: string): Promise<string> {
  try {
    return shown(await connection.query(statement))
  } catch (error) {
    if (error instanceof PostgresError && error.severity === 'ERROR') return `error ${error.sqlState}`
    throw new Error(`asking ${statement}`, { cause: error })
  }
}

function shown({ columns, rows, commandTag }: QueryResult): string {
  const head = columns.map(({ name, typeOid }) => `${name}:${typeNames[typeOid] ?? typeOid}`).join(', ')
  const body = rows.map(row => `(${row.map(cell => cell ?? '∅').join(' | ')})`).join(' ')
  return `[${head}] ${body} ${commandTag}`
}

const typeNames: Readonly<Record<number, string>> = {
  16: 'bool',
  17: 'bytea',
  20: 'int8',
  21: 'int2',
  23: 'int4',
  25: 'text',
  26: 'oid',
  19: 'name',
  114: 'json',
  3802: 'jsonb',
  700: 'float4',
  701: 'float8',
  1042: 'bpchar',
  1043: 'varchar',
  1082: 'date',
  1083: 'time',
  1114: 'timestamp',
  1184: 'timestamptz',
  1186: 'interval',
  1266: 'timetz',
  1700: 'numeric',
  2249: 'record',
  2950: 'uuid',
  1000: 'bool[]',
  1005: 'int2[]',
  1007: 'int4[]',
  1009: 'text[]',
  1015: 'varchar[]',
  1016: 'int8[]',
  1021: 'float4[]',
  1022: 'float8[]',
  1115: 'timestamp[]',
  1182: 'date[]',
  1231: 'numeric[]',
}

function differenceList(found: ReadonlyMap<string, readonly Difference[]>, asked: number): string {
  const count = [...found.values()].flat().length
  const head = `# Where answers differ from PostgreSQL's

A test asks ${asked} statements of PostgreSQL 15 and of a node, and compares names and types of columns, rows and SQLSTATEs. All but the
${count} below are answered alike. The test writes this list, and fails when an answer changes.

\`[name:type, …] (row) … tag\`, or the SQLSTATE of the error; ∅ is null.
`
  const parts = [...found].flatMap(([topic, differences]) => {
    if (differences.length === 0) return []
    const items = differences.map(
      ({ statement, postgres, everport }) =>
        `\`\`\`\n${statement}\n  PostgreSQL  ${clipped(postgres)}\n  Everport    ${clipped(everport)}\n\`\`\`\n`,
    )
    return [`## ${headings[topic]}\n\n${items.join('\n')}`]
  })
  return [head, ...parts].join('\n')
}

function clipped(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text.trimEnd()
}
