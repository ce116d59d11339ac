import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isLive, readFlows, readLiveFlows } from './conntrack.ts'

const listing = `tcp      6 431999 ESTABLISHED src=10.77.1.2 dst=10.77.1.100 sport=40000 dport=9996 src=10.77.10.2 dst=10.77.10.1 sport=8000 dport=40000 [ASSURED] mark=0 use=1
tcp      6 117 SYN_SENT src=10.77.1.2 dst=10.77.1.100 sport=40001 dport=9996 [UNREPLIED] src=10.77.10.2 dst=10.77.1.2 sport=8000 dport=40001 mark=0 use=1
udp      17 29 src=fd77:1::2 dst=fd77:1::100 sport=5353 dport=53 src=fd77:10::2 dst=fd77:1::2 sport=53 dport=5353 mark=0 use=1
icmp     1 29 src=10.77.1.2 dst=10.77.1.100 type=8 code=0 id=1 src=10.77.1.100 dst=10.77.1.2 type=0 code=0 id=1 mark=0 use=1
conntrack v1.4.7 (conntrack-tools): 3 flow entries have been shown.
`

test('flows are read from what conntrack prints; anything else is no flow', () => {
  assert.deepEqual(readFlows(listing), [
    {
      transport: 'tcp',
      state: 'ESTABLISHED',
      client: { address: '10.77.1.2', port: 40_000 },
      listener: { address: '10.77.1.100', port: 9996 },
      target: { address: '10.77.10.2', port: 8000 },
      source: { address: '10.77.10.1', port: 40_000 },
    },
    {
      transport: 'tcp',
      state: 'SYN_SENT',
      client: { address: '10.77.1.2', port: 40_001 },
      listener: { address: '10.77.1.100', port: 9996 },
      target: { address: '10.77.10.2', port: 8000 },
      source: { address: '10.77.1.2', port: 40_001 },
    },
    {
      transport: 'udp',
      state: '',
      client: { address: 'fd77:1::2', port: 5353 },
      listener: { address: 'fd77:1::100', port: 53 },
      target: { address: 'fd77:10::2', port: 53 },
      source: { address: 'fd77:1::2', port: 5353 },
    },
  ])
  assert.deepEqual(readFlows(listing).map(isLive), [true, false, true])
  assert.deepEqual(readLiveFlows(listing), readFlows(listing).filter(isLive))
})

test('text that is cut anywhere does not make it throw, or make up addresses', () => {
  fc.assert(
    fc.property(fc.nat(listing.length), at => {
      const whole = readFlows(listing)
      for (const flow of readFlows(listing.slice(0, at)))
        assert.ok(whole.some(known => known.client.port === flow.client.port))
    }),
  )
  fc.assert(fc.property(fc.string(), text => void readFlows(text)))
})
