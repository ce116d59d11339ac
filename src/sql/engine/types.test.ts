import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { type OpenedEngine, openedEngine, query, queryBytes } from '../../testing/engine-session.ts'

/** Expression of ours, type OID, and what PostgreSQL 15 shows for the same value: as text, and in binary as hex. */
type Golden = readonly [expression: string, typeOid: number, text: string | null, binary: string | null]

const golden = JSON.parse(readFileSync(new URL('types.golden.json', import.meta.url), 'utf8')) as Golden[]

let opened: OpenedEngine
before(async () => {
  opened = await openedEngine()
})
after(() => opened.close())

const byType = new Map<string, Golden[]>()
for (const one of golden) {
  const name = `${one[1]} ${one[0].replace(/^.*::/, '')}`
  byType.set(name, [...(byType.get(name) ?? []), one])
}

for (const [name, values] of byType) {
  test(`values of ${name} look as PostgreSQL's do, in text and binary`, async () => {
    assert.ok(values.length > 0)
    for (const [expression, oid, text, binary] of values) {
      // Through a table of several rows, one of them null: constants alone would not meet every path.
      const statement = `select v from (values (0, ${expression}), (1, null), (2, ${expression})) t(i, v) order by i`
      const prepared = await opened.session.prepare(statement, [])
      assert.equal(prepared.columns?.[0]?.typeOid, oid, expression)
      prepared.close()
      assert.deepEqual(await query(opened.session, statement), [[text], [null], [text]], expression)
      const bytes = await queryBytes(opened.session, statement, 1)
      assert.deepEqual(
        bytes.map(row => row[0]?.toString('hex') ?? null),
        [binary, null, binary],
        expression,
      )
    }
  })
}

test('the golden values were seen', () => {
  assert.ok(golden.length > 200)
})
