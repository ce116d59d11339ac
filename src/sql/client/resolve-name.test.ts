import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../base/random.ts'
import { decodeMessage, emptyMessage, encodeMessage } from '../../dns/wire/message.ts'
import { systemClock } from '../../io/clock.ts'
import { systemNetwork } from '../../io/network.ts'
import { everportNames } from './resolve-name.ts'

const ports = { network: systemNetwork, clock: systemClock, random: seededRandom(1) }

test('asks the server for A records, and says which name is missing', async () => {
  const server = await systemNetwork.datagrams({ address: '127.0.0.1', port: 0 }, (data, from) => {
    const query = decodeMessage(data)
    const name = query.questions[0]?.name ?? '.'
    const isKnown = name.toLowerCase() === 'data.demo.test.'
    const reply = {
      ...emptyMessage,
      id: query.id,
      isResponse: true,
      rcode: isKnown || name.toLowerCase() === 'empty.demo.test.' ? 0 : 3,
      questions: query.questions,
      answers: isKnown
        ? ['127.0.1.1', '127.0.1.2'].map(address => ({
            name,
            ttlSeconds: 1,
            data: { type: 'A' as const, address },
          }))
        : [],
    }
    server.send(encodeMessage(reply), from)
  })
  try {
    const resolve = everportNames(ports, [server.at])
    assert.deepEqual(await resolve('data.demo.test'), ['127.0.1.1', '127.0.1.2'])
    await assert.rejects(resolve('other.demo.test'), /there is no name other\.demo\.test in Everport's DNS/)
    await assert.rejects(resolve('empty.demo.test'), /empty\.demo\.test has no address/)
  } finally {
    await server.close()
  }
})
