import { uint16At } from '../wire/reader.ts'
import { type SipHashKey, sipHash } from './siphash.ts'

/** RFC 7873 section 4: what the client makes up, and with it what a server gave it. */
export const clientCookieBytes = 8
export const serverCookieBytes = 16

/** RFC 9018 section 4.3: how long one is good for, how far a clock may run ahead, and when a new one is given. */
const ageSecondsMax = 3_600
const aheadSecondsMax = 300
const renewSeconds = 1_800

const version = 1
const hashBytes = 8

/** Client cookie, version, reserved, time, address: what the hash covers (RFC 9018 section 4). Nothing waits, so one serves all. */
const covered = new Uint8Array(clientCookieBytes + 8 + 16)
const expected = new Uint8Array(hashBytes)

/**
 * The 24 bytes of a COOKIE option for this client: its own 8 bytes, then ours, which any server with the same secret makes and knows
 * (RFC 9018).
 */
export function writeCookie(
  secret: SipHashKey,
  client: Uint8Array,
  address: Uint8Array,
  seconds: number,
  out: Uint8Array,
): void {
  for (let i = 0; i < clientCookieBytes; i++) out[i] = client[i] as number
  out[8] = version
  out[9] = out[10] = out[11] = 0
  for (let i = 0; i < 4; i++) out[12 + i] = seconds >>> (24 - i * 8)
  hash(secret, out, address, out, 16)
}

/** 'stale': good, but the client is to be given a new one. */
export type CookieVerdict = 'good' | 'stale' | 'bad'

export function judgeCookie(
  secret: SipHashKey,
  cookie: Uint8Array,
  address: Uint8Array,
  seconds: number,
): CookieVerdict {
  if (cookie.length !== clientCookieBytes + serverCookieBytes || cookie[8] !== version) return 'bad'
  const at = (uint16At(cookie, 12) << 16) | uint16At(cookie, 14)
  // Serial number arithmetic (RFC 1982): the count of seconds goes round in 2106.
  const age = (seconds - at) | 0
  if (age > ageSecondsMax || age < -aheadSecondsMax) return 'bad'
  hash(secret, cookie, address, expected, 0)
  let difference = 0
  for (let i = 0; i < hashBytes; i++) difference |= (expected[i] as number) ^ (cookie[16 + i] as number)
  if (difference !== 0) return 'bad'
  return age > renewSeconds ? 'stale' : 'good'
}

function hash(
  secret: SipHashKey,
  cookie: Uint8Array,
  address: Uint8Array,
  out: Uint8Array,
  at: number,
): void {
  for (let i = 0; i < 16; i++) covered[i] = cookie[i] as number
  for (let i = 0; i < address.length; i++) covered[16 + i] = address[i] as number
  sipHash(secret, covered, 16 + address.length, out, at)
}
