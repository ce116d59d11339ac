import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readTopology } from '../../../src/topology/read-topology.ts'

const examples = 'examples'

/** Texts of topologies by name: every example, and what no example has that changes an export. */
export function exportedTopologies(): ReadonlyMap<string, string> {
  const files = readdirSync(examples).filter(name => name.endsWith('.yaml'))
  const texts = new Map(files.map(name => [name, readFileSync(join(examples, name), 'utf8')]))
  const example = texts.get('active-passive.yaml') ?? ''
  const changed = (from: string, to: string): string => {
    assert.ok(example.includes(from), `the example has ${from}`)
    return example.replace(from, to)
  }
  texts.set(
    'with servers that are there',
    changed('role: secondary', 'role: secondary\n    kind: denodo\n    addresses: [10.0.0.11, 10.0.1.11]'),
  )
  texts.set(
    'with an image, a VPC and clients',
    `${changed('role: secondary', 'role: secondary\n    image: ami-0123456789abcdef0')}
aws: { vpc: vpc-0123456789abcdef0, scheme: internet-facing, clients: [192.0.2.0/24, 198.51.100.7/32] }
`,
  )
  texts.set('with checks by TCP', `${example}\nhealthCheck: { protocol: tcp }\n`)
  for (const [name, text] of texts) {
    const { topology, mistakes } = readTopology(text, name, () => true)
    assert.ok(topology !== undefined, `${name}: ${JSON.stringify(mistakes)}`)
  }
  return texts
}
