import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadBalancerKey } from '../resources/load-balancing.ts'
import { type PrivateAddressDocument, privateAddressKey } from '../resources/network.ts'
import { memoryStore } from '../store/memory-store.ts'
import { clusterDocuments } from '../testing/cluster-documents.ts'
import { freeAddress, freeAddressCount, isUsableAddress, takenAddresses } from './free-address.ts'

test('the first four addresses and the last of a subnet are given to nobody', () => {
  assert.equal(freeAddress('127.0.16.0/20', new Set()), '127.0.16.4')
  assert.equal(freeAddress('10.0.0.0/29', new Set(['10.0.0.4', '10.0.0.5'])), '10.0.0.6')
  assert.equal(freeAddress('10.0.0.0/29', new Set(['10.0.0.4', '10.0.0.5', '10.0.0.6'])), undefined)
  assert.equal(freeAddress('255.255.255.248/29', new Set()), '255.255.255.252')
  assert.equal(freeAddressCount('10.0.0.0/29', new Set(['10.0.0.4', '10.0.1.4'])), 2)
  assert.equal(isUsableAddress('127.0.16.0/20', '127.0.31.254'), true)
  assert.equal(isUsableAddress('127.0.16.0/20', '127.0.31.255'), false)
  assert.equal(isUsableAddress('127.0.16.0/20', '127.0.16.3'), false)
})

test('addresses are taken by load balancers, by instances and by whoever the API gave one', async () => {
  const store = memoryStore()
  const owner: PrivateAddressDocument = { Owner: loadBalancerKey('x'), SubnetId: 'subnet-1' }
  await store.commit(
    [],
    [
      ...Object.entries(clusterDocuments()).map(([key, value]) => ({ key, value })),
      { key: privateAddressKey('127.0.16.4'), value: owner },
    ],
  )
  const taken = takenAddresses(store.read())
  assert.deepEqual([...taken].sort(), ['127.0.1.1', '127.0.1.11', '127.0.1.2', '127.0.1.21', '127.0.16.4'])
})
