import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { durationOf, endOf, readEndedFlow } from './ended-flow.ts'

const addresses = 'src=10.77.1.2 dst=10.77.1.100 sport=40000 dport=9996'
const reply = 'src=10.77.10.2 dst=10.77.10.1 sport=8000 dport=40000'
const finished = `[1795974632.981493]\t[DESTROY] tcp      6 TIME_WAIT ${addresses} packets=5 bytes=271 ${reply} packets=5 bytes=273 [ASSURED] delta-time=11 id=1793510954`

const read = (text: string) => {
  const found = readEndedFlow(text)
  assert.ok(found, text)
  return found
}
/** A flow that was last seen in `state`; with `left`, removed before its time was over. */
const tcp = (state: string, left?: number, marks = '[ASSURED]') =>
  read(`[DESTROY] tcp 6 ${left === undefined ? '' : `${left} `}${state} ${addresses} ${reply} ${marks} id=1`)
const udp = (also = '') => read(`[DESTROY] udp 17 ${addresses} [UNREPLIED] ${reply} id=1 ${also}`)

test('a flow is read with its bytes and the time that the kernel knew it', () => {
  assert.deepEqual(readEndedFlow(finished), {
    flow: {
      transport: 'tcp',
      state: 'TIME_WAIT',
      client: { address: '10.77.1.2', port: 40_000 },
      listener: { address: '10.77.1.100', port: 9996 },
      target: { address: '10.77.10.2', port: 8000 },
      source: { address: '10.77.10.1', port: 40_000 },
    },
    isRemoved: false,
    isAnswered: true,
    bytesFromClient: 271,
    bytesFromTarget: 273,
    trackedMs: 11_000,
  })
  // Ten of its seconds it was over.
  assert.equal(durationOf(read(finished)), 1_000)
  assert.equal(durationOf(read(finished.replace('=11', '=3'))), 0)
  assert.equal(durationOf(read(finished.replace('TIME_WAIT', 'ESTABLISHED'))), 11_000)
})

test('what the kernel was not asked to keep is left out', () => {
  const bare = tcp('ESTABLISHED')
  assert.deepEqual(
    [bare.bytesFromClient, bare.bytesFromTarget, bare.trackedMs, durationOf(bare)],
    [undefined, undefined, undefined, undefined],
  )
  assert.equal(udp().isAnswered, false)
  assert.equal(udp().flow.state, '')
  const ipv6 = read(
    '[DESTROY] udp 17 src=fd77:1::2 dst=fd77:1::100 sport=1 dport=2 src=fd77:10::2 dst=fd77::1 sport=3 dport=4 id=1',
  )
  assert.deepEqual(ipv6.flow.target, { address: 'fd77:10::2', port: 3 })
})

test('why it ended follows from its last state, and from whether its time was over', () => {
  const ends = [
    ...[
      'TIME_WAIT',
      'LAST_ACK',
      'CLOSE',
      'FIN_WAIT',
      'CLOSE_WAIT',
      'SYN_SENT',
      'SYN_RECV',
      'ESTABLISHED',
    ].map(state => [
      state,
      endOf(tcp(state), 'drained'),
      endOf(tcp(state, 9), undefined),
      endOf(tcp(state, 9), 'drained'),
    ]),
    [
      'UDP',
      endOf(udp(), 'drained'),
      endOf(udp('[USERSPACE] portid=1'), undefined),
      endOf(udp('[USERSPACE]'), 'closed'),
    ],
    ['refused', endOf(tcp('CLOSE', 30, '[UNREPLIED]'), undefined)],
    ['closing', endOf(tcp('SYN_SENT', 30, '[UNREPLIED]'), 'closed')],
    ['no state', endOf(tcp(''), 'drained'), endOf(tcp('', undefined, '[USERSPACE]'), 'drained')],
  ]
  assert.deepEqual(ends, [
    ['TIME_WAIT', 'finished', 'finished', 'finished'],
    ['LAST_ACK', 'finished', 'finished', 'finished'],
    ['CLOSE', 'finished', 'finished', 'finished'],
    ['FIN_WAIT', 'finished', 'removed', 'drained'],
    ['CLOSE_WAIT', 'finished', 'removed', 'drained'],
    ['SYN_SENT', 'no answer', undefined, undefined],
    ['SYN_RECV', 'idle', 'removed', 'drained'],
    ['ESTABLISHED', 'idle', 'removed', 'drained'],
    ['UDP', 'idle', 'removed', 'closed'],
    ['refused', 'refused'],
    ['closing', 'closed'],
    ['no state', 'unknown', 'drained'],
  ])
})

test('other lines, and pieces of lines, are no flow and make nothing up', () => {
  for (const text of [
    '',
    'conntrack v1.4.7 (conntrack-tools): 3 flow events have been shown.',
    '[NEW] tcp 6 TIME_WAIT src=1',
  ])
    assert.equal(readEndedFlow(text), undefined)
  const whole = read(finished)
  fc.assert(
    fc.property(fc.nat(finished.length), at => {
      const found = readEndedFlow(finished.slice(0, at))
      if (found === undefined) return
      const { client, listener, target } = found.flow
      assert.deepEqual(
        [client, listener, target],
        [whole.flow.client, whole.flow.listener, whole.flow.target],
      )
    }),
  )
  const words = fc.constantFrom(
    'tcp',
    'udp',
    '6',
    '[DESTROY]',
    'src=',
    'dst=::',
    'sport=7',
    'dport=x',
    'bytes=1',
    'CLOSE',
    '\t',
  )
  const garbage = fc.oneof(
    fc.string(),
    fc.array(words).map(some => `[DESTROY] tcp 6 ${some.join(' ')}`),
  )
  fc.assert(
    fc.property(garbage, text => {
      const found = readEndedFlow(text)
      if (found !== undefined)
        assert.ok(Number.isInteger(found.flow.client.port) && Number.isInteger(found.flow.target.port))
    }),
  )
})
