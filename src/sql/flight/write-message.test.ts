import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import type { ServerWritableStream } from '@grpc/grpc-js'
import { writeMessage } from './write-message.ts'

type Stream = ServerWritableStream<unknown, Buffer>

/** What gRPC hands to a method: written to in objects, with the HTTP/2 stream inside. */
function call(beneath: Writable | undefined): Stream & { readonly taken: Buffer[]; headers: number } {
  const taken: Buffer[] = []
  const stream = new Writable({
    objectMode: true,
    write: (chunk: Buffer, _encoding, done) => {
      taken.push(chunk)
      done()
    },
  })
  return Object.assign(stream, {
    taken,
    headers: 0,
    cancelled: false,
    call: { stream: beneath },
    sendMetadata() {
      ;(stream as unknown as { headers: number }).headers++
    },
  }) as never
}

const message = Buffer.from('a message')

test('a message goes to the HTTP/2 stream behind its length, in the memory it is in, after the headers', async () => {
  const found: Buffer[] = []
  const beneath = new Writable({
    writev(chunks, done) {
      found.push(...chunks.map(({ chunk }) => chunk as Buffer))
      done()
    },
  })
  const stream = call(beneath)
  await writeMessage(stream, message)
  assert.deepEqual(found[0], Buffer.from([0, 0, 0, 0, message.length]))
  assert.equal(found[1], message, 'not a copy')
  assert.equal(stream.headers, 1)
  assert.equal(stream.taken.length, 0)
})

test('where gRPC keeps its stream elsewhere, gRPC writes', async () => {
  const stream = call(undefined)
  await writeMessage(stream, message)
  assert.deepEqual(stream.taken, [message])
})

test('a client that has gone, before or meanwhile, ends the query', async () => {
  const gone = { code: 'query_cancelled' }
  const before = call(undefined)
  before.cancelled = true
  await assert.rejects(writeMessage(before, message), gone)

  const ended = new Writable()
  ended.end()
  await assert.rejects(writeMessage(call(ended), message), gone)

  const stalled = call(new Writable({ write: () => undefined }))
  const sent = writeMessage(stalled, message)
  stalled.emit('cancelled')
  await assert.rejects(sent, gone)

  const broken = new Writable({ writev: (_chunks, done) => done(new Error('reset')) })
  broken.on('error', () => undefined)
  const stream = call(broken)
  await assert.rejects(writeMessage(stream, message), gone)
  assert.equal(stream.listenerCount('cancelled'), 0)
})
