import { constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'

/** AWS: the string must lie in the first 5,120 bytes of the body. We count them after decoding. */
export const searchedBytesMax = 5_120
/** Of an encoded body so much is read. Even text that does not compress has 5,120 bytes well within this. */
export const encodedBytesMax = 16_384
/** An encoded body is decoded again each time so much more of it is here. One step gives at most 1,032 times as much: about 1 MB. */
export const decodeStepBytes = 1_024

export type ContentCoding = 'identity' | 'gzip' | 'deflate'

export function contentCoding(value: string | undefined): ContentCoding | undefined {
  const name = (value ?? '').trim().toLowerCase()
  if (name === '' || name === 'identity') return 'identity'
  if (name === 'gzip' || name === 'x-gzip') return 'gzip'
  return name === 'deflate' ? 'deflate' : undefined
}

/** The first `searchedBytesMax` bytes of what `body`, the beginning of a body, stands for; undefined when it cannot be decoded. */
export function decodedStart(body: Buffer, coding: ContentCoding): Buffer | undefined {
  if (coding === 'identity') return body.subarray(0, searchedBytesMax)
  let decoded = Buffer.alloc(0)
  for (let end = decodeStepBytes; decoded.length < searchedBytesMax; end += decodeStepBytes) {
    const next = decode(body.subarray(0, end), coding)
    if (next === undefined) return undefined
    decoded = next
    if (end >= body.length) break
  }
  return decoded.subarray(0, searchedBytesMax)
}

/** Decodes what is there of a stream that may go on. */
const partial = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 4 * 1_024 * decodeStepBytes }

function decode(body: Buffer, coding: 'gzip' | 'deflate'): Buffer<ArrayBuffer> | undefined {
  try {
    if (coding === 'gzip') return gunzipSync(body, partial)
    // RFC 9110 section 8.4.1.2: some send "deflate" without the zlib wrapper.
    return isZlib(body) ? inflateSync(body, partial) : inflateRawSync(body, partial)
  } catch {
    return undefined
  }
}

/** RFC 1950: method 8, and the first two bytes are a multiple of 31. */
function isZlib(body: Buffer): boolean {
  return body.length >= 2 && ((body[0] ?? 0) & 15) === 8 && body.readUInt16BE(0) % 31 === 0
}
