import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SharedMap } from './shared-map.ts'

const write = fc.tuple(fc.integer({ min: 0, max: 400 }), fc.option(fc.nat(), { nil: undefined }))

test('after any writes it holds what a Map would, and so do all the maps before it', () => {
  let [merges, deletions] = [0, 0]
  fc.assert(
    fc.property(
      fc.array(fc.array(write, { maxLength: 60, size: 'max' }), { maxLength: 8, size: 'max' }),
      batches => {
        const model = new Map<number, number>()
        let shared = SharedMap.empty<number, number>()
        const versions: [SharedMap<number, number>, Map<number, number>][] = []
        for (const batch of batches) {
          shared = shared.with(batch)
          for (const [key, value] of batch) {
            if (value === undefined) deletions += model.delete(key) ? 1 : 0
            else model.set(key, value)
          }
          merges += model.size > 100 ? 1 : 0
          versions.push([shared, new Map(model)])
        }
        for (const [version, expected] of versions) {
          assert.deepEqual(new Map(version.entries()), expected)
          assert.equal([...version.entries()].length, expected.size)
          for (let key = 0; key <= 400; key++) {
            assert.equal(version.get(key), expected.get(key))
            assert.equal(version.has(key), expected.has(key))
          }
        }
      },
    ),
  )
  assert.ok(merges > 0 && deletions > 0)
})

test('nothing written is the same map', () => {
  const one = SharedMap.empty<string, number>().with([['a', 1]])
  assert.equal(one.with([]), one)
})
