import assert from 'node:assert/strict'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { EverportError } from '../base/errors.ts'
import type { Endpoint } from '../base/network.ts'
import { systemClock } from '../io/clock.ts'
import { systemNetwork } from '../io/network.ts'
import { systemRandom } from '../io/random.ts'
import { SimulatedClock } from '../testing/clock.ts'
import { resolver } from './client.ts'
import { decodeMessage, encodeMessage, type Message } from './wire/message.ts'

type Respond = (query: Message, send: (reply: Partial<Message>) => void) => void

/** A UDP server that answers as told. */
async function server(context: TestContext, respond: Respond): Promise<{ at: Endpoint; asked: Message[] }> {
  const socket: Socket = createSocket('udp4')
  const asked: Message[] = []
  socket.on('message', (data: Buffer, from: RemoteInfo) => {
    const query = decodeMessage(data)
    asked.push(query)
    respond(query, reply =>
      socket.send(encodeMessage({ ...query, isResponse: true, ...reply }), from.port, from.address),
    )
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  context.after(() => socket.close())
  return { at: { address: '127.0.0.1', port: socket.address().port }, asked }
}

const resolve = resolver({ network: systemNetwork, clock: systemClock, random: systemRandom() })
const record = (address: string) =>
  ({ name: 'data.demo.test.', ttlSeconds: 5, data: { type: 'A', address } }) as const

const good: Respond = (_, send) => send({ answers: [record('192.0.2.1')] })

test('records with their TTL, after a CNAME too', async context => {
  const { at } = await server(context, (_, send) =>
    send({
      answers: [
        { name: 'x.', ttlSeconds: 1, data: { type: 'CNAME', target: 'data.demo.test.' } },
        record('192.0.2.1'),
      ],
    }),
  )
  const { records } = await resolve('x', 'A', { servers: [at], timeoutMs: 20_000, retries: 0 })
  assert.deepEqual(records, [record('192.0.2.1')])
})

test('forged, broken and foreign answers are passed over', async context => {
  const forged = { answers: [record('203.0.113.1')] }
  const { at } = await server(context, (query, send) => {
    const [question] = query.questions
    send({ ...forged, id: query.id ^ 1 })
    send({ ...forged, isResponse: false })
    send({ ...forged, questions: [] })
    if (question !== undefined) send({ ...forged, questions: [{ ...question, name: 'other.demo.test.' }] })
    if (question !== undefined) send({ ...forged, questions: [{ ...question, type: 28 }] })
    send({ answers: [record('192.0.2.1')] })
  })
  const { records } = await resolve('data.demo.test', 'A', { servers: [at], timeoutMs: 20_000, retries: 0 })
  assert.deepEqual(records, [record('192.0.2.1')])
})

test('an answer with the letters in another case is a guess, not an answer', async context => {
  const { at } = await server(context, (query, send) => {
    const flipped = query.questions.map(question => ({
      ...question,
      name: question.name.replaceAll(/[a-z]/gi, c =>
        c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase(),
      ),
    }))
    send({ questions: flipped, answers: [record('203.0.113.1')] })
  })
  const asking = resolve('data.demo.test', 'A', { servers: [at], timeoutMs: 50, retries: 0 })
  await assert.rejects(asking, { code: 'connection_failure' })
})

test('servers that all refuse are each told once, with what that means', async context => {
  const servers = [
    (await server(context, (_, send) => send({ rcode: 5 }))).at,
    (await server(context, (_, send) => send({ rcode: 5 }))).at,
  ]
  await assert.rejects(
    resolve('data.example.org', 'A', { servers, timeoutMs: 20_000, retries: 1 }),
    error => {
      assert.ok(error instanceof EverportError)
      assert.equal(error.detail?.split('\n').length, 2)
      assert.match(error.detail, /code 5: it refuses, as servers do for names outside of their zones/)
      assert.match(error.hint ?? '', /name a host in a zone of these servers, or an IP address/)
      return true
    },
  )
})

test('a silent or refusing server is left for the next, and asked again as often as said', async context => {
  const clock = new SimulatedClock()
  const ask = resolver({ network: systemNetwork, clock, random: systemRandom() })
  const [mute, refusing, answering] = [
    await server(context, () => clock.advance(20)),
    await server(context, (_, send) => send({ rcode: 5 })),
    await server(context, good),
  ]
  const servers = [mute.at, refusing.at]
  const failing = ask('data.demo.test', 'A', { servers, timeoutMs: 20, retries: 2 })
  await assert.rejects(failing, error => {
    assert.match(
      (error as { detail?: string }).detail ?? '',
      /no answer within 20 ms\n.*answered with code 5/,
    )
    return true
  })
  assert.equal(mute.asked.length, 3)
  const found = await ask('data.demo.test', 'A', {
    servers: [...servers, answering.at],
    timeoutMs: 20,
    retries: 0,
  })
  assert.equal(found.records.length, 1)
})

test('ids and cases differ from query to query', async context => {
  const { at, asked } = await server(context, good)
  for (let i = 0; i < 8; i++)
    await resolve('data.demo.test', 'A', { servers: [at], timeoutMs: 20_000, retries: 0 })
  assert.ok(new Set(asked.map(({ id }) => id)).size > 4)
  assert.ok(new Set(asked.map(({ questions }) => questions[0]?.name)).size > 4)
})

test('a name or type that is none is an error of the caller', async () => {
  const options = { servers: [], timeoutMs: 1, retries: 0 }
  await assert.rejects(resolve('a..b', 'A', options), { code: 'invalid_input' })
  await assert.rejects(resolve('a', 'NONE', options), { code: 'invalid_input' })
})
