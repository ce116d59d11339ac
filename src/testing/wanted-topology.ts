import assert from 'node:assert/strict'
import { type Wanted, wantedOf } from '../provision/wanted.ts'
import { readTopology } from '../topology/read-topology.ts'

/** What a topology's text wants of an account. Every file that it names is there. */
export function wantedIn(text: string): Wanted {
  const { topology, mistakes } = readTopology(text, 't.yaml', () => true)
  assert.ok(topology, JSON.stringify(mistakes))
  return wantedOf(topology)
}
