import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { recordSetOf } from './record-set.ts'
import { fixedSet } from './routed-set.ts'
import { digestWith, nextSerial, type SerialInputs } from './served-zone.ts'

const now = 1_795_000_000
const contentOf = (address: string) => [fixedSet(recordSetOf('a.x.test.', 'A', 60, [{ type: 'A', address }]))]
const one = contentOf('192.0.2.1')
const two = contentOf('192.0.2.2')

interface Zone {
  readonly name: string
  readonly serial: number
  readonly digest: string
}

function zoneAt(sets: typeof one, inputs: Partial<SerialInputs> = {}): Zone {
  const digest = sets.reduce((sum, set) => digestWith(sum, undefined, set), 0n).toString(16)
  const name = 'x.test.'
  const all = { previous: [], peers: [], revision: 1, epochSeconds: now, soaSerial: 1, ...inputs }
  return { name, digest, serial: nextSerial(name, digest, all) }
}
const peer = (zone: Zone, serial: number) => ({ name: zone.name, serial, digest: zone.digest })

test('the digest is of the sets, in whatever order they came and whatever was there between', () => {
  const [a, b] = [one[0], two[0]]
  const both = digestWith(digestWith(0n, undefined, a), undefined, b)
  assert.equal(digestWith(digestWith(0n, undefined, b), undefined, a), both)
  assert.equal(digestWith(both, b, undefined), digestWith(0n, undefined, a))
  assert.equal(digestWith(both, a, b), digestWith(digestWith(0n, undefined, b), undefined, b))
  assert.equal(digestWith(digestWith(0n, a, undefined), undefined, a), 0n)
  assert.notEqual(digestWith(0n, undefined, a), digestWith(0n, undefined, b))
})

test('a new zone begins with the seconds of the clock; without a clock with the revision', () => {
  assert.equal(zoneAt(one).serial, now)
  assert.equal(zoneAt(one, { epochSeconds: 0, revision: 7 }).serial, 7)
})

test('the same content keeps its serial; other content gets a higher one, twice in a second too', () => {
  const first = zoneAt(one)
  assert.equal(zoneAt(one, { previous: [first], epochSeconds: now + 9 }).serial, now)
  const second = zoneAt(two, { previous: [first] })
  assert.equal(second.serial, now + 1)
  assert.equal(zoneAt(one, { previous: [second] }).serial, now + 2)
  assert.equal(zoneAt(one, { previous: [second], epochSeconds: now + 9 }).serial, now + 9)
})

test('a clock that was set back does not set the serial back', () => {
  assert.equal(zoneAt(two, { previous: [zoneAt(one)], epochSeconds: now - 3_600 }).serial, now + 1)
})

test('a server that lost everything comes back with a higher serial, or with that of a peer', () => {
  const before = zoneAt(one)
  assert.ok(zoneAt(one, { epochSeconds: now + 5 }).serial > before.serial)
  assert.equal(zoneAt(one, { epochSeconds: now + 5, peers: [peer(before, now + 2)] }).serial, now + 2)
})

test('two servers that answer alike come to the same serial, whoever was first', () => {
  const [a, b] = [zoneAt(one), zoneAt(one, { epochSeconds: now + 1 })]
  const settled = (self: Zone, other: Zone): number =>
    zoneAt(one, { previous: [self], peers: [peer(self, self.serial), peer(other, other.serial)] }).serial
  assert.equal(settled(a, b), now + 1)
  assert.equal(settled(b, a), now + 1)
  assert.equal(zoneAt(one, { previous: [a], peers: [{ ...peer(b, now + 1), digest: 'other' }] }).serial, now)
})

test('a serial of another kind, as 2026112301, runs on with time and over the end of 32 bits', () => {
  const first = zoneAt(one, { soaSerial: 2_026_112_301 })
  assert.ok(first.serial > 2_026_112_301)
  assert.ok(zoneAt(one, { soaSerial: 2_026_112_301, epochSeconds: now + 60 }).serial > first.serial)
  const last = { ...zoneAt(one), serial: 0xffff_ffff }
  assert.equal(zoneAt(two, { previous: [last], epochSeconds: 0 }).serial, 1)
})

test('whatever happens, a serial never goes back (RFC 1982)', () => {
  const step = fc.record({
    isOne: fc.boolean(),
    epochSeconds: fc.integer({ min: now - 100, max: now + 100 }),
    peerSerial: fc.integer({ min: now - 100, max: now + 100 }),
  })
  fc.assert(
    fc.property(fc.array(step), steps => {
      let zone = zoneAt(one)
      for (const { isOne, epochSeconds, peerSerial } of steps) {
        const sets = isOne ? one : two
        const next = zoneAt(sets, { previous: [zone], epochSeconds, peers: [peer(zoneAt(sets), peerSerial)] })
        const distance = (next.serial - zone.serial) >>> 0
        assert.ok(
          next.digest === zone.digest ? distance < 0x8000_0000 : distance > 0 && distance < 0x8000_0000,
        )
        zone = next
      }
    }),
  )
})
