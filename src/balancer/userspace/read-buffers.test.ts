import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Connection } from '../../base/network.ts'
import { BulkReader, ReadBuffers } from './read-buffers.ts'

/** A client that takes everything at once, or, with `isSlow`, nothing before it is told to. */
function client(isSlow = false) {
  const written: string[] = []
  const waiting: (() => void)[] = []
  const connection = {
    writableLength: 0,
    write(data: Uint8Array, done?: () => void) {
      written.push(Buffer.from(data).toString())
      if (isSlow) connection.writableLength += data.length
      if (isSlow && done !== undefined) waiting.push(done)
      return !isSlow
    },
  }
  const take = (): void => {
    connection.writableLength = 0
    for (const done of waiting.splice(0)) done()
  }
  return { connection: connection as unknown as Connection, written, take }
}

const put = (reader: BulkReader, text: string): boolean => {
  reader.buffer().set(Buffer.from(text))
  return reader.read(text.length)
}
const memoryOf = (reader: BulkReader): string => {
  const { buffer, byteOffset } = reader.buffer()
  return `${ids.get(buffer) ?? name(buffer)} ${byteOffset}`
}
const ids = new Map<ArrayBufferLike, number>()
function name(buffer: ArrayBufferLike): number {
  ids.set(buffer, ids.size)
  return ids.size - 1
}

test('flows that live never share memory, and the next flow takes that of one that is over', () => {
  const buffers = new ReadBuffers()
  const readers = Array.from({ length: 100 }, () => new BulkReader(buffers, client().connection))
  const places = readers.map(memoryOf)
  assert.equal(new Set(places).size, 100)
  readers[17]?.close()
  assert.equal(memoryOf(new BulkReader(buffers, client().connection)), places[17])
  assert.ok(!places.includes(memoryOf(new BulkReader(buffers, client().connection))))
})

test('closed twice, memory is given back once', () => {
  const buffers = new ReadBuffers()
  const reader = new BulkReader(buffers, client().connection)
  const place = memoryOf(reader)
  reader.close()
  reader.close()
  const next = [0, 1, 2].map(() => memoryOf(new BulkReader(buffers, client().connection)))
  assert.equal(next.filter(other => other === place).length, 1)
})

test('memory that a slow client has not taken belongs to nobody else until it has', () => {
  const buffers = new ReadBuffers()
  const slow = client(true)
  const reader = new BulkReader(buffers, slow.connection)
  let goneOn = 0
  reader.begin(() => goneOn++)
  const held = memoryOf(reader)
  assert.equal(put(reader, 'first'), false)
  assert.notEqual(memoryOf(reader), held)
  const meanwhile = Array.from({ length: 40 }, () => new BulkReader(buffers, client().connection))
  assert.ok(meanwhile.every(other => memoryOf(other) !== held))
  slow.take()
  assert.equal(goneOn, 1)
  assert.equal(memoryOf(new BulkReader(buffers, client().connection)), held)
  assert.deepEqual(slow.written, ['first'])
})

test('a full read makes room for larger ones, and the small memory serves another flow', () => {
  const buffers = new ReadBuffers()
  const { connection, written } = client()
  const reader = new BulkReader(buffers, connection)
  const small = memoryOf(reader)
  const { length } = reader.buffer()
  assert.equal(put(reader, 'x'.repeat(length)), true)
  assert.ok(reader.buffer().length > length)
  assert.equal(buffers.lent, 1)
  assert.equal(memoryOf(new BulkReader(buffers, client().connection)), small)
  assert.equal(put(reader, 'quiet again'), true)
  assert.equal(reader.buffer().length, length)
  assert.equal(buffers.lent, 0)
  assert.deepEqual(
    written.map(text => text.length),
    [length, 11],
  )
})
