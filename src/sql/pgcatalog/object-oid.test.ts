import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { firstOwnOid, hashOf, objectOids } from './object-oid.ts'

test('an OID depends on the name alone: not on order, nor on what else there is', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 1 }), fc.nat(), (names, seed) => {
      const met: string[] = []
      const oids = objectOids(names, first => met.push(first))
      const turned = [...names.slice(seed % names.length), ...names.slice(0, seed % names.length)]
      assert.deepEqual(
        objectOids(turned, () => undefined),
        oids,
      )
      for (const [name, oid] of oids) {
        assert.ok(oid >= firstOwnOid && oid < 2 ** 31)
        if (met.length === 0) assert.equal(oid, hashOf(name))
      }
    }),
  )
})

test('names that meet get OIDs of their own, the same for whatever order, and it is told', () => {
  const toFew = (text: string): number => firstOwnOid + (hashOf(text) % 3)
  const names = ['a', 'b', 'c']
  const met: [string, string][] = []
  const oids = objectOids(names, (first, second) => met.push([first, second]), toFew)
  assert.equal(new Set(oids.values()).size, 3)
  assert.ok(met.length > 0)
  assert.deepEqual(
    objectOids(['c', 'a', 'b'], () => undefined, toFew),
    oids,
  )
})

test('OIDs stay what they are from version to version', () => {
  assert.equal(hashOf('view ["public","people"]'), hashOf('view ["public","people"]'))
  assert.equal(hashOf(''), firstOwnOid + (0x811c_9dc5 % (2 ** 31 - firstOwnOid)))
})
