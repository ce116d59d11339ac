import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Vector } from 'apache-arrow'
import { connectEverport } from '../../src/client/everport-client.ts'
import { valueText } from '../../src/sql/flight/value-text.ts'
import { startFlightNodes } from './flight-nodes.ts'

/** The expressions that the PostgreSQL port's own types are tested with. */
const expressions = (
  JSON.parse(readFileSync('src/sql/engine/types.golden.json', 'utf8')) as [expression: string][]
).map(([expression]) => expression)

/** What a JavaScript client of Arrow cannot read as PostgreSQL writes it: months apart from days, and years beyond its dates. */
const leftOut = /interval|infinity|12345-06-07|20000-01-01|timestamp_ns$/

test('every type has the same value on both ports', async t => {
  const { nodes, user, password } = await startFlightNodes(t, '', 1)
  const [node] = nodes
  const flight = await connectEverport({ host: '127.0.0.1', port: node?.runtime.port ?? 0, user, password })
  t.after(() => flight.close())
  const postgres = await node?.sql.connect()
  t.after(() => postgres?.close())
  let compared = 0
  const different: unknown[] = []
  for (const expression of expressions) {
    if (leftOut.test(expression)) continue
    const statement = `SELECT ${expression} AS v`
    const result = await postgres?.query(statement).then(
      found => ({ text: found.rows[0]?.[0] ?? null }),
      () => undefined,
    )
    // Written in the engine's own dialect, which the port may refuse.
    if (result === undefined) continue
    const found: (string | null)[] = []
    for await (const batch of flight.query(statement)) found.push(valueText(batch.getChildAt(0) as Vector, 0))
    assert.equal(found.length, 1, expression)
    const both = [found[0] ?? null, result.text].map(text => plain(text, expression))
    if (both[0] !== both[1]) different.push([expression, ...both])
    compared++
  }
  t.diagnostic(`${compared} of ${expressions.length} expressions compared`)
  assert.deepEqual(different, [])
  assert.ok(compared > 100, `${compared} compared`)
})

/** The same value written in the same way: numbers by their value, truth as words, arrays without needless quotes. */
function plain(text: string | null, expression: string): string | null {
  if (text === null) return null
  if (expression.endsWith('boolean')) return { t: 'true', f: 'false' }[text] ?? text
  if (/real|float4?$/.test(expression)) return String(Math.fround(Number(text)))
  if (/float|double/.test(expression) && !text.startsWith('{')) return String(Number(text))
  if (text.startsWith('{') && expression.endsWith(']')) {
    const bare = text.replaceAll(/["\\]|\.0+(?=[",}])/g, '')
    if (expression.startsWith('[uuid')) return bare.replaceAll(/[x-]/g, '')
    return bare.replaceAll('true', 't').replaceAll('false', 'f')
  }
  if (expression.endsWith('uuid')) return text.replace(/^\\x/, '').replaceAll('-', '')
  return text.replace(/(:\d\d)\.(\d*?)0*(?=$|[+-]| BC)/, (_, seconds: string, digits: string) =>
    digits === '' ? seconds : `${seconds}.${digits}`,
  )
}
