import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Frames, noFrames, queryBytesMax, takeFrames } from './tcp-frames.ts'

const messages = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 })

test('messages come out whole and in order, wherever the stream is cut and however often the reader stops', () => {
  fc.assert(
    fc.property(messages, fc.array(fc.nat(30)), fc.array(fc.boolean()), (sent, cuts, stops) => {
      const stream = Uint8Array.from(sent.flatMap(bytes => [bytes.length >> 8, bytes.length & 255, ...bytes]))
      const received: Uint8Array[] = []
      let frames: Frames = noFrames
      let at = 0
      const push = (data: Uint8Array): void => {
        frames =
          takeFrames(frames, data, bytes => {
            received.push(bytes.slice())
            return stops.pop() !== true
          }) ?? assert.fail()
      }
      for (const cut of cuts) {
        push(stream.subarray(at, at + cut))
        at = Math.min(stream.length, at + cut)
      }
      push(stream.subarray(at))
      while (received.length < sent.length) push(noFrames.rest)
      assert.deepEqual(received, sent)
      assert.equal(frames.rest.length, 0)
    }),
  )
})

test('a message announced as too long ends the stream before a byte of it is kept', () => {
  const tooLong = queryBytesMax + 1
  assert.equal(
    takeFrames(noFrames, Uint8Array.of(tooLong >> 8, tooLong & 255), () => true),
    undefined,
  )
})
