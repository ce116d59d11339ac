import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isInNetwork, parseRange } from './network-range.ts'

test('addresses and networks of both families', () => {
  for (const [address, network] of [
    ['10.1.2.3', '10.0.0.0/8'],
    ['::ffff:10.1.2.3', '10.0.0.0/8'],
    ['127.0.0.1', '127.0.0.1'],
    ['1.2.3.4', '0.0.0.0/0'],
    ['fd00::1:2', 'fd00::/8'],
    ['::1', '0:0:0:0:0:0:0:1'],
  ] as const)
    assert.ok(isInNetwork(address, network), `${address} in ${network}`)
  for (const [address, network] of [
    ['11.0.0.1', '10.0.0.0/8'],
    ['fe80::1', 'fd00::/8'],
    ['::1', '0.0.0.0/0'],
    ['', '0.0.0.0/0'],
  ] as const)
    assert.ok(!isInNetwork(address, network), `${address} not in ${network}`)
  for (const wrong of [
    '',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4/33',
    '1.2.3.4/8/8',
    ':::',
    '1::2::3',
    'fd00::/129',
    'g::',
  ])
    assert.equal(parseRange(wrong), undefined, wrong)
})

test('property: an address is in the network that it begins', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.nat(32), (address, prefix) => isInNetwork(address, `${address}/${prefix}`)),
  )
  fc.assert(
    fc.property(fc.ipV6(), fc.nat(128), (address, prefix) => {
      // Those that end as IPv4 are written by nobody.
      fc.pre(!address.includes('.'))
      return isInNetwork(address, `${address}/${prefix}`)
    }),
  )
})

test('property: no text makes it throw', () => {
  fc.assert(fc.property(fc.string(), text => parseRange(text) === undefined || text.length > 0))
})
