import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localProxyHeader, proxyHeader } from './proxy-header.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const signature = '0d0a0d0a000d0a515549540a'

test('addresses and ports of both ends, by family and transport', () => {
  const v4 = [
    { address: '192.0.2.1', port: 0x1234 },
    { address: '198.51.100.2', port: 443 },
  ] as const
  assert.equal(hex(proxyHeader(...v4, 'tcp')), `${signature}2111000cc0000201c6336402123401bb`)
  assert.equal(hex(proxyHeader(...v4, 'udp')), `${signature}2112000cc0000201c6336402123401bb`)
  const v6 = proxyHeader({ address: '2001:db8::1', port: 1 }, { address: '2001:db8::2', port: 2 }, 'tcp')
  assert.equal(
    hex(v6),
    `${signature}2121002420010db800000000000000000000000120010db800000000000000000000000200010002`,
  )
})

test('IPv4 within IPv6 is IPv4; two families, or no address, are told without addresses', () => {
  const mapped = proxyHeader(
    { address: '::ffff:127.0.0.1', port: 1 },
    { address: '127.0.0.2', port: 2 },
    'tcp',
  )
  assert.equal(mapped.length, 28)
  const mixed = proxyHeader({ address: '::1', port: 1 }, { address: '127.0.0.1', port: 2 }, 'tcp')
  assert.equal(hex(mixed), `${signature}21000000`)
  assert.equal(
    hex(proxyHeader({ address: '', port: 0 }, { address: '', port: 0 }, 'tcp')),
    `${signature}21000000`,
  )
})

test('a health check is the balancer itself', () => {
  assert.equal(hex(localProxyHeader), `${signature}20000000`)
})
