import { uint16At } from '../wire/reader.ts'

/** What is left of a stream of messages, each after its length in two bytes (RFC 1035 section 4.2.2). */
export interface Frames {
  /** Begins with an incomplete message, or is empty. */
  readonly rest: Uint8Array
}

export const noFrames: Frames = { rest: new Uint8Array(0) }

/** No query of ours comes near; a longer one is an attempt on memory. */
export const queryBytesMax = 4_096

/**
 * Takes bytes as they came, cut anywhere, and calls `message` for each whole one. `message` returns false to stop early: what is left
 * stays for the next call. Undefined when the stream announces a message longer than `queryBytesMax`: it is to be closed.
 */
export function takeFrames(
  frames: Frames,
  data: Uint8Array,
  message: (bytes: Uint8Array) => boolean,
): Frames | undefined {
  const bytes = frames.rest.length === 0 ? data : joined(frames.rest, data)
  let at = 0
  let goesOn = true
  while (goesOn && at + 2 <= bytes.length) {
    const length = uint16At(bytes, at)
    if (length > queryBytesMax) return undefined
    if (at + 2 + length > bytes.length) break
    goesOn = message(bytes.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  // A copy: a short rest must not hold on to a large received buffer.
  return { rest: bytes.slice(at) }
}

/** Takes bytes while no message may be: what the system had read when the connection was paused. */
export function keptFrames(frames: Frames, data: Uint8Array): Frames {
  return data.length === 0 ? frames : { rest: joined(frames.rest, data) }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length)
  bytes.set(a)
  bytes.set(b, a.length)
  return bytes
}
