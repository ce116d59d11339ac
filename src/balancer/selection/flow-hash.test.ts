import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type FlowAddresses, flowHash, flowHashSeed, ipProtocol, slotOf, sourceHash } from './flow-hash.ts'
import { maglevTable } from './maglev.ts'

const flow = (address: string, sourcePort: number, port: number, protocol: number): FlowAddresses => ({
  sourceAddress: address,
  sourcePort,
  destinationAddress: address,
  destinationPort: port,
  protocol,
})

// Marks that a Linux kernel (6.18, nftables 1.0.6) set by: ct mark set jhash ip saddr . th sport . ip daddr . th dport . meta l4proto
// mod 4093 seed 0x65766572
test('slots are those that nftables computes', () => {
  assert.equal(flowHashSeed, 0x65766572)
  const slots = (
    [
      ['10.9.8.1', 40_000, 5000],
      ['10.9.8.1', 51_234, 5000],
      ['10.9.8.1', 51_234, 7777],
      ['10.9.8.1', 40_000, 7777],
      ['fd77:1::100', 40_000, 5000],
      ['fd77:1::100', 51_234, 5000],
      ['fd77:1::100', 51_234, 7777],
      ['fd77:1::100', 40_000, 7777],
    ] as const
  ).map(([address, from, to]) => slotOf(flowHash(flow(address, from, to, ipProtocol.udp)), 4093))
  assert.deepEqual(slots, [961, 2056, 3709, 2921, 3329, 1905, 1629, 1176])
})

test('so are those of sources alone', () => {
  assert.equal(slotOf(sourceHash('10.9.8.1'), 4093), 4087)
  assert.equal(slotOf(sourceHash('fd77:1::100'), 4093), 1026)
})

test('IPv4 within IPv6 is IPv4, and what is no address at all is still a number', () => {
  assert.equal(sourceHash('::ffff:10.9.8.1'), sourceHash('10.9.8.1'))
  assert.ok(Number.isInteger(flowHash(flow('nobody', 1, 2, 6))))
  const nothing = sourceHash('')
  for (const text of ['10.9.8', '10.9.8.', '10.9.8.256', '10.9.8.1.2', '.10.9.8', '10..9.8', '10.9.8.a'])
    assert.equal(sourceHash(text), nothing, text)
})

test('an IPv4 address read at once is the same as by its bytes', () => {
  fc.assert(
    fc.property(fc.ipV4(), address => assert.equal(sourceHash(address), sourceHash(`::ffff:${address}`))),
  )
})

test('flows that differ in their source port alone are spread evenly', () => {
  const table = maglevTable(['a', 'b', 'c', 'd'], 4093)
  const counts = [0, 0, 0, 0]
  for (let port = 32_768; port < 60_999; port++) {
    const index = table[slotOf(flowHash(flow('127.0.0.1', port, 9996, 6)), 4093)] as number
    counts[index] = (counts[index] ?? 0) + 1
  }
  const mean = (60_999 - 32_768) / 4
  for (const count of counts) assert.ok(Math.abs(count - mean) < mean * 0.05, counts.join(' '))
})
