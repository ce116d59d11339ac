/** 128 bits as four little-endian words. */
export type SipHashKey = Uint32Array

export function sipHashKey(bytes: Uint8Array): SipHashKey {
  return Uint32Array.from([0, 4, 8, 12], at => wordAt(bytes, at))
}

// The state, four words of 64 bits in halves. Nothing here waits, so one serves all.
let a0 = 0
let a1 = 0
let b0 = 0
let b1 = 0
let c0 = 0
let c1 = 0
let d0 = 0
let d1 = 0

/** SipHash-2-4 (Aumasson and Bernstein) of the first `length` bytes; puts its 64 bits, low byte first, to `out` at `at`. */
export function sipHash(
  key: SipHashKey,
  bytes: Uint8Array,
  length: number,
  out: Uint8Array,
  at: number,
): void {
  const [k0, k1, k2, k3] = [key[0] as number, key[1] as number, key[2] as number, key[3] as number]
  a0 = k0 ^ 0x70736575
  a1 = k1 ^ 0x736f6d65
  b0 = k2 ^ 0x6e646f6d
  b1 = k3 ^ 0x646f7261
  c0 = k0 ^ 0x6e657261
  c1 = k1 ^ 0x6c796765
  d0 = k2 ^ 0x79746573
  d1 = k3 ^ 0x74656462
  let next = 0
  for (; next + 8 <= length; next += 8) compress(wordAt(bytes, next), wordAt(bytes, next + 4))
  // What is left, and the length in the last byte.
  let low = 0
  let high = (length & 0xff) << 24
  for (let i = 0; next + i < length; i++) {
    const byte = bytes[next + i] as number
    if (i < 4) low |= byte << (i * 8)
    else high |= byte << ((i - 4) * 8)
  }
  compress(low, high)
  c0 ^= 0xff
  for (let i = 0; i < 4; i++) round()
  putWord(out, at, a0 ^ b0 ^ c0 ^ d0)
  putWord(out, at + 4, a1 ^ b1 ^ c1 ^ d1)
}

function compress(low: number, high: number): void {
  d0 ^= low
  d1 ^= high
  round()
  round()
  a0 ^= low
  a1 ^= high
}

/** v0 is a, v1 b, v2 c, v3 d; sums carry from the low half to the high one. */
function round(): void {
  let t = 0
  let low = (a0 >>> 0) + (b0 >>> 0)
  a1 = (a1 + b1 + (low > 0xffff_ffff ? 1 : 0)) | 0
  a0 = low | 0
  low = (c0 >>> 0) + (d0 >>> 0)
  c1 = (c1 + d1 + (low > 0xffff_ffff ? 1 : 0)) | 0
  c0 = low | 0
  t = ((b0 << 13) | (b1 >>> 19)) ^ a0
  b1 = ((b1 << 13) | (b0 >>> 19)) ^ a1
  b0 = t
  t = ((d0 << 16) | (d1 >>> 16)) ^ c0
  d1 = ((d1 << 16) | (d0 >>> 16)) ^ c1
  d0 = t
  t = a0
  a0 = a1
  a1 = t
  low = (c0 >>> 0) + (b0 >>> 0)
  c1 = (c1 + b1 + (low > 0xffff_ffff ? 1 : 0)) | 0
  c0 = low | 0
  low = (a0 >>> 0) + (d0 >>> 0)
  a1 = (a1 + d1 + (low > 0xffff_ffff ? 1 : 0)) | 0
  a0 = low | 0
  t = ((b0 << 17) | (b1 >>> 15)) ^ c0
  b1 = ((b1 << 17) | (b0 >>> 15)) ^ c1
  b0 = t
  t = ((d0 << 21) | (d1 >>> 11)) ^ a0
  d1 = ((d1 << 21) | (d0 >>> 11)) ^ a1
  d0 = t
  t = c0
  c0 = c1
  c1 = t
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  )
}

function putWord(bytes: Uint8Array, at: number, word: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = word >>> (i * 8)
}
