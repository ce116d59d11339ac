import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reuseConnection } from '../sql/flight/endpoints.ts'
import { placesOf, type ResolveName } from './locations.ts'

const resolve: ResolveName = name =>
  name === 'two.test' ? Promise.resolve(['127.0.1.1', '127.0.1.2']) : Promise.reject(new Error('not found'))

test('places in the order of the locations: a name is as many as it has addresses, one that is not found is none', async () => {
  const uris = [
    'grpc+tcp://two.test:19997',
    'grpc+tcp://nowhere.test:29997',
    'grpc://[::1]:39997/',
    'https://127.0.0.1/rows',
    reuseConnection,
  ]
  assert.deepEqual(await placesOf(uris, false, resolve), [
    { address: '127.0.1.1', name: 'two.test', port: 19_997 },
    { address: '127.0.1.2', name: 'two.test', port: 19_997 },
    { address: '::1', name: '::1', port: 39_997 },
    'same connection',
  ])
  assert.deepEqual(await placesOf([], false, resolve), ['same connection'])
})

test('a client goes from TLS to TLS alone, and from clear text to clear text', async () => {
  const uris = ['grpc+tcp://127.0.0.1:1', 'grpc+tls://127.0.0.1:2', 'grpc://127.0.0.1:3']
  const ports = async (isTls: boolean): Promise<unknown[]> =>
    (await placesOf(uris, isTls, resolve)).map(place => place !== 'same connection' && place.port)
  assert.deepEqual(await ports(true), [2, 3])
  assert.deepEqual(await ports(false), [1, 3])
})
