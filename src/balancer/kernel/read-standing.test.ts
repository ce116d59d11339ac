import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatMark } from './base-rules.ts'
import { readCounters } from './read-counters.ts'
import { readStanding } from './read-standing.ts'

const listing = (...objects: object[]): string =>
  JSON.stringify({ nftables: [{ metainfo: { version: '1.0.6' } }, { table: { name: 't' } }, ...objects] })
const counted = (val: unknown, comment: string) => ({
  elem: { val, comment, counter: { packets: 1, bytes: 60 } },
})
const marked = { chain: { name: formatMark } }

test('what nft lists is read as we write it', () => {
  const standing = readStanding(
    listing(
      marked,
      { 'ct timeout': { name: 'idle_tcp_350', protocol: 'tcp' } },
      { set: { name: 'listeners', elem: [{ concat: ['10.0.0.1', 'tcp', 80] }] } },
      {
        map: {
          name: 'services',
          elem: [[{ concat: ['10.0.0.1', 'tcp', 80] }, { goto: { target: 'listener_tcp_80' } }]],
        },
      },
      { map: { name: 'slots_tg', elem: [[0, { goto: { target: 'target_tg' } }]] } },
      { map: { name: 'spares_tg', elem: [[7, { concat: ['10.0.0.2', 8000] }]] } },
      { set: { name: 'bytes-to', elem: [counted({ concat: ['10.0.0.2', 8000] }, 'bytes-to_x')] } },
      { set: { name: 'counts', elem: [counted(1_234_567, 'accepted_tcp_80')] } },
      { set: { name: 'sources_tcp_80', flags: ['interval'], elem: [{ range: ['10.0.0.0', '10.0.1.255'] }] } },
      { set: { name: 'empty' } },
      { rule: { chain: 'x' } },
    ),
  )
  assert.ok(standing !== 'foreign')
  assert.deepEqual([...standing.timeouts.keys()], ['idle_tcp_350'])
  const elements = Object.fromEntries(
    [...standing.collections].map(([name, found]) => [name, found.elements && [...found.elements]]),
  )
  assert.deepEqual(elements, {
    listeners: [['10.0.0.1 . tcp . 80', '']],
    services: [['10.0.0.1 . tcp . 80', 'goto listener_tcp_80']],
    slots_tg: [['0', 'goto target_tg']],
    spares_tg: [['7', '10.0.0.2 . 8000']],
    'bytes-to': [['10.0.0.2 . 8000', 'bytes-to_x']],
    counts: [['1234567', 'accepted_tcp_80']],
    sources_tcp_80: undefined,
    empty: [],
  })
})

test('a table without our mark is foreign', () => {
  assert.equal(readStanding(listing({ chain: { name: 'format-0' } })), 'foreign')
})

test('counters are read by name; what is no listing throws, whatever it is', () => {
  const elem = [counted(1, 'a'), { elem: { val: 2, comment: 'b' } }, 3]
  const text = listing({ set: { name: 'counts', elem } }, { set: { name: 'empty' } })
  assert.deepEqual([...readCounters(text)], [['a', { packets: 1, bytes: 60 }]])
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), some => {
      assert.throws(() => readStanding(some))
      assert.throws(() => readCounters(some))
    }),
  )
})
