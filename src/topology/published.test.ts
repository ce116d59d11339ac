import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { topologyJsonSchema } from './json-schema.ts'
import { topologyReference } from './reference.ts'

const example = 'examples/active-passive.yaml'

/** What is made from the schema is committed, so that editors and readers find it; EVERPORT_REWRITE=1 writes it anew. */
const published: readonly (readonly [file: string, content: () => string])[] = [
  ['schema/topology.schema.json', () => `${JSON.stringify(topologyJsonSchema(), undefined, 2)}\n`],
  ['docs/reference/topology.md', () => topologyReference(readFileSync(example, 'utf8'))],
]

for (const [file, content] of published) {
  test(`${file} is what the schema in code makes`, () => {
    if (process.env['EVERPORT_REWRITE'] === '1') writeFileSync(file, content())
    assert.equal(
      readFileSync(file, 'utf8'),
      content(),
      `${file} is out of step; write it anew with: EVERPORT_REWRITE=1 npm test -- topology/published`,
    )
  })
}

test('the example tells editors where its schema is', () => {
  assert.match(
    readFileSync(example, 'utf8'),
    /^# yaml-language-server: \$schema=\.\.\/schema\/topology\.schema\.json\n/,
  )
})

test('every key is explained', () => {
  const missing: string[] = []
  walk(topologyJsonSchema(), '', missing)
  assert.deepEqual(missing, [])
})

function walk(schema: object, path: string, missing: string[]): void {
  const { properties, items } = schema as { properties?: Record<string, object>; items?: object }
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (!('description' in value)) missing.push(`${path}.${key}`)
    walk(value, `${path}.${key}`, missing)
  }
  if (items !== undefined) walk(items, `${path}[]`, missing)
}
