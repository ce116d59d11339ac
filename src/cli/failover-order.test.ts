import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EverportError } from '../base/errors.ts'
import { type DnsStatus, dnsStatusKey } from '../resources/status.ts'
import { latchKey, type SwitchLatch, switchingKey } from '../resources/switching.ts'
import { demoZoneId, failoverDocuments, snapshotOf } from '../testing/dns-documents.ts'
import { failoverNamed } from './failover-named.ts'
import { type FailoverOptions, failoverOrder } from './failover-order.ts'

const name = { zoneId: demoZoneId, name: 'data.demo.test.', type: 'A' }
const author = { by: 'ann', wallMs: Date.parse('2026-01-01T00:00:00Z') }
const latch: SwitchLatch = {
  epoch: 4,
  answered: 'SECONDARY',
  reason: '',
  by: 'dns-1',
  at: '',
  switchedAt: [],
}
const override = { to: 'freeze', until: '2027-01-01T00:00:00.000Z', at: '', by: 'bob', reason: 'x' }

async function order(options: FailoverOptions, documents: Record<string, object> = {}) {
  return failoverOrder(await snapshotOf({ ...failoverDocuments(), ...documents }), name, options, author)
}

test('an override has an end, an author and a reason', async () => {
  const { guards, changes } = await order({ to: 'secondary', for: '2h', reason: ' a drill ' })
  assert.deepEqual(guards, [{ key: switchingKey(name), revision: 'absent' }])
  assert.deepEqual(changes, [
    {
      key: switchingKey(name),
      value: {
        override: {
          to: 'secondary',
          until: '2026-01-01T02:00:00.000Z',
          at: '2026-01-01T00:00:00.000Z',
          by: 'ann',
          reason: 'a drill',
        },
      },
    },
  ])
})

test('failback and override are kept apart: each order changes its own', async () => {
  const key = switchingKey(name)
  const before = { [key]: { failback: { kind: 'manual' }, override } }
  assert.deepEqual((await order({ clear: true }, before)).changes, [
    { key, value: { failback: { kind: 'manual' } } },
  ])
  assert.deepEqual((await order({ failback: '30s' }, before)).changes, [
    { key, value: { failback: { kind: 'delayed', holdDownMs: 30_000 }, override } },
  ])
  assert.deepEqual((await order({ failback: 'default' }, before)).changes, [{ key, value: { override } }])
  assert.deepEqual((await order({ failback: 'default', clear: true }, before)).changes, [
    { key, value: undefined },
  ])
  assert.deepEqual(await order({}, before), { guards: [], changes: [] })
})

test('back is the next epoch of the latch, guarded by the one it answers', async () => {
  const { guards, changes } = await order({ back: true }, { [latchKey(name)]: latch })
  assert.deepEqual(guards, [{ key: latchKey(name), revision: 1 }])
  const [change] = changes
  const value = change?.value as SwitchLatch
  assert.deepEqual([value.epoch, value.answered, value.by], [5, 'PRIMARY', 'ann'])
})

test('back to a primary that a server finds unhealthy is refused', async () => {
  const status: DnsStatus = {
    at: '',
    failover: {
      'data.demo.test': {
        answered: 'SECONDARY',
        reason: 'active is dead',
        healthy: { primary: false, secondary: true },
      },
    },
  }
  await refused(
    order({ back: true }, { [latchKey(name)]: latch, [dnsStatusKey('dns-2')]: status }),
    /the primary of data.demo.test is unhealthy/,
  )
})

for (const [options, wrong] of [
  [{ to: 'secondary', reason: 'x' }, /--for: expected a time from 1s to 168h, found nothing/],
  [{ to: 'secondary', for: '0s', reason: 'x' }, /--for: expected/],
  [{ to: 'secondary', for: '169h', reason: 'x' }, /--for: expected/],
  [{ to: 'secondary', for: '1h', reason: '  ' }, /--reason: expected 1 to 500/],
  [{ to: 'tertiary', for: '1h', reason: 'x' }, /--to tertiary/],
  [{ for: '1h' }, /--for and --reason belong to --to/],
  [{ to: 'primary', clear: true }, /--to and --clear exclude each other/],
  [{ back: true }, /is not away from its primary/],
  [{ failback: '1ms' }, /--failback 1ms: expected/],
] as [FailoverOptions, RegExp][])
  test(`refused: ${JSON.stringify(options)}`, () => refused(order(options), wrong))

test('names are found with and without their dot, in any case; another is told what there is', async () => {
  const snapshot = await snapshotOf(failoverDocuments())
  for (const wanted of ['data.demo.test', 'DATA.demo.test.'])
    assert.deepEqual(failoverNamed(snapshot, wanted), name)
  assert.throws(
    () => failoverNamed(snapshot, 'date.demo.test'),
    (error: EverportError) => error.hint === 'everport failover data.demo.test',
  )
  assert.throws(() => failoverNamed(snapshot, 'data.demo.test', 'AAAA'), /with type AAAA/)
})

async function refused(order_: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(order_, message)
}
