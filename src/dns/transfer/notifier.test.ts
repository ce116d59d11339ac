import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../../base/log.ts'
import type { Datagrams, Endpoint } from '../../base/network.ts'
import { seededRandom } from '../../base/random.ts'
import { SimulatedClock, settled } from '../../testing/clock.ts'
import { SimulatedNetwork } from '../../testing/network.ts'
import { decodeMessage, encodeMessage, type Message } from '../wire/message.ts'
import { nameKey } from '../wire/name.ts'
import { startNotifier } from './notifier.ts'
import { verifyTsig } from './tsig.ts'
import type { TsigKey } from './tsig-key.ts'
import { takeTsig } from './tsig-record.ts'
import type { SoaRecord } from './zone-records.ts'

const key: TsigKey = { name: 'copy.', algorithm: 'hmac-sha512', secret: Buffer.from('secret of sixteen') }
const keys = new Map([[nameKey(key.name), key]])
const secondary: Endpoint = { address: '127.0.0.9', port: 53 }

const soaOf = (serial: number): SoaRecord => ({
  name: 'demo.test.',
  ttlSeconds: 900,
  data: {
    type: 'SOA',
    primaryServer: 'ns1.demo.test.',
    mailbox: 'root.demo.test.',
    serial,
    refreshSeconds: 1,
    retrySeconds: 1,
    expireSeconds: 1,
    minimumSeconds: 1,
  },
})

async function world(answers: (message: Message) => boolean) {
  const clock = new SimulatedClock()
  const network = new SimulatedNetwork({ clock, random: seededRandom(1) })
  const heard: Message[] = []
  const signed: boolean[] = []
  const socket: Datagrams = await network.datagrams(secondary, (data, from) => {
    const taken = takeTsig(data)
    signed.push(taken !== undefined && verifyTsig(taken, keys, 1_000).kind === 'verified')
    const message = decodeMessage(taken?.message ?? data)
    heard.push(message)
    if (answers(message)) socket.send(encodeMessage({ ...message, isResponse: true, answers: [] }), from)
  })
  const notifier = startNotifier({
    network,
    clock,
    random: seededRandom(2),
    log: silentLog,
    address: '127.0.0.1',
    keys: () => keys,
    nowSeconds: () => 1_000,
  })
  const pass = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds * 10; i++) {
      clock.advance(100)
      await settled()
    }
  }
  return { notifier, heard, signed, pass }
}

test('each new serial is told once to who answers', async () => {
  const { notifier, heard, pass } = await world(() => true)
  notifier.update([{ soa: soaOf(1), targets: [secondary] }])
  await pass(100)
  notifier.update([{ soa: soaOf(1), targets: [secondary] }])
  await pass(100)
  notifier.update([{ soa: soaOf(2), targets: [secondary] }])
  await pass(100)
  assert.deepEqual(
    heard.map(({ opcode, authoritative, questions, answers }) => [
      opcode,
      authoritative,
      questions[0]?.type,
      answers[0]?.data.type === 'SOA' && answers[0].data.serial,
    ]),
    [
      [4, true, 6, 1],
      [4, true, 6, 2],
    ],
  )
  await notifier.close()
})

test('who does not answer is told again, more and more seldom, six times; then at the next serial', async () => {
  let answers = false
  const { notifier, heard, pass } = await world(() => answers)
  notifier.update([{ soa: soaOf(1), targets: [secondary] }])
  await pass(4)
  assert.equal(heard.length, 3)
  await pass(600)
  assert.equal(heard.length, 6)
  answers = true
  notifier.update([{ soa: soaOf(2), targets: [secondary] }])
  await pass(600)
  assert.equal(heard.length, 7)
  await notifier.close()
})

test('a serial that is passed over is not told; a secondary that is taken off is left alone; closed is closed', async () => {
  const { notifier, heard, pass } = await world(() => false)
  notifier.update([{ soa: soaOf(1), targets: [secondary] }])
  await pass(2)
  notifier.update([{ soa: soaOf(2), targets: [secondary] }])
  await pass(2)
  const serials = heard.map(({ answers }) => (answers[0]?.data.type === 'SOA' ? answers[0].data.serial : 0))
  assert.deepEqual(serials, [1, 1, 2, 2])
  notifier.update([{ soa: soaOf(2), targets: [] }])
  await pass(100)
  assert.equal(heard.length, 4)
  await notifier.close()
  notifier.update([{ soa: soaOf(3), targets: [secondary] }])
  await pass(100)
  assert.equal(heard.length, 4)
})

test('a notice is signed where a key is named', async () => {
  const { notifier, signed, pass } = await world(() => true)
  notifier.update([{ soa: soaOf(1), targets: [{ ...secondary, key: 'Copy.' }] }])
  await pass(2)
  assert.deepEqual(signed, [true])
  await notifier.close()
})
