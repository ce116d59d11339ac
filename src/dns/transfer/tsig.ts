import { createHmac, timingSafeEqual } from 'node:crypto'
import { classes, flagBits } from '../wire/codes.ts'
import { type Name, nameKey } from '../wire/name.ts'
import { uint16At } from '../wire/reader.ts'
import { type TsigData, writeUint48 } from '../wire/records/tsig.ts'
import { newWriter, putUint16, writeBytes, writeUint16, writeUint32, written } from '../wire/writer.ts'
import { type TsigKey, type TsigKeys, tsigHashes } from './tsig-key.ts'
import { appendTsig, canonicalName, type SignedMessage } from './tsig-record.ts'

/** RFC 8945 sections 3 and 9. NOTAUTH is a response code, the others travel in the TSIG record alone. */
export const tsigErrors = {
  notAuthoritative: 9,
  badSignature: 16,
  badKey: 17,
  badTime: 18,
  badTruncation: 22,
} as const

/** RFC 8945 section 10: 300 seconds. */
export const fudgeSeconds = 300

export type Verified =
  | { readonly kind: 'verified'; readonly key: TsigKey }
  /** Answered with FORMERR, unsigned. */
  | { readonly kind: 'malformed' }
  /** Answered with NOTAUTH; signed when `key` is there. */
  | { readonly kind: 'refused'; readonly error: number; readonly key: TsigKey | undefined }

/**
 * RFC 8945 section 5.2, in its order:
 *
 * | key                  | MAC                       | time           | then                |
 * |----------------------|---------------------------|----------------|---------------------|
 * | not known            |                           |                | BADKEY, unsigned    |
 * | known                | longer, or under half     |                | FORMERR             |
 * | known                | wrong                     |                | BADSIG, unsigned    |
 * | known                | right                     | out of fudge   | BADTIME, signed     |
 * | known                | right but cut short       | within fudge   | BADTRUNC, signed    |
 * | known                | right                     | within fudge   | verified            |
 *
 * `requestMac` is that of the request when the message is a response.
 */
export function verifyTsig(
  { message, keyName, tsig }: SignedMessage,
  keys: TsigKeys,
  nowSeconds: number,
  requestMac?: Uint8Array,
): Verified {
  const key = keys.get(nameKey(keyName))
  if (key === undefined || nameKey(tsig.algorithm) !== nameKey(key.algorithm))
    return { kind: 'refused', error: tsigErrors.badKey, key: undefined }
  const { macBytes } = tsigHashes[key.algorithm]
  // Section 5.2.2.1: ten bytes or half of the output, whichever is more; half of SHA-256 is sixteen.
  if (tsig.mac.length > macBytes || tsig.mac.length < macBytes / 2) return { kind: 'malformed' }
  // Who passed it on may have given it another id (section 4.3.2).
  const digested = message.slice()
  putUint16(digested, 0, tsig.originalId)
  const mac = macOf(key, [...prefixed(requestMac), digested, variables(key.name, tsig)])
  if (!timingSafeEqual(mac.subarray(0, tsig.mac.length), tsig.mac))
    return { kind: 'refused', error: tsigErrors.badSignature, key: undefined }
  if (Math.abs(nowSeconds - tsig.signedAtSeconds) > tsig.fudgeSeconds)
    return { kind: 'refused', error: tsigErrors.badTime, key }
  if (tsig.mac.length < macBytes) return { kind: 'refused', error: tsigErrors.badTruncation, key }
  return { kind: 'verified', key }
}

export interface SignOptions {
  readonly requestMac?: Uint8Array
  readonly error?: number
  readonly other?: Uint8Array
}

export function signMessage(
  message: Uint8Array,
  key: TsigKey,
  signedAtSeconds: number,
  { requestMac, error = 0, other = new Uint8Array(0) }: SignOptions = {},
): Uint8Array {
  const unsigned = unsignedTsig(message, key.algorithm, signedAtSeconds, error, other)
  const mac = macOf(key, [...prefixed(requestMac), message, variables(key.name, unsigned)])
  return appendTsig(message, key.name, { ...unsigned, mac })
}

/** Signs message after message of one reply (RFC 8945 section 5.3.1): from the second on, the MAC before and the times are signed. */
export function tsigChain(
  key: TsigKey,
  requestMac: Uint8Array,
  nowSeconds: () => number,
): (message: Uint8Array) => Uint8Array {
  let previous = requestMac
  let isFirst = true
  return message => {
    const unsigned = unsignedTsig(message, key.algorithm, nowSeconds(), 0, new Uint8Array(0))
    const end = isFirst ? variables(key.name, unsigned) : timers(unsigned)
    const mac = macOf(key, [...prefixed(previous), message, end])
    isFirst = false
    previous = mac
    return appendTsig(message, key.name, { ...unsigned, mac })
  }
}

/** The reply to a request whose signature was not accepted: its header and question, NOTAUTH (RFC 8945 section 5.2). */
export function tsigErrorReply(
  { message, keyName, tsig }: SignedMessage,
  { error, key }: { readonly error: number; readonly key: TsigKey | undefined },
  questionEnd: number,
  nowSeconds: number,
): Uint8Array {
  const reply = errorReply(message, questionEnd, tsigErrors.notAuthoritative)
  if (key === undefined)
    return appendTsig(reply, keyName, { ...tsig, mac: new Uint8Array(0), error, other: new Uint8Array(0) })
  // Section 5.2.3: the client's time, and ours beside it.
  const other = error === tsigErrors.badTime ? uint48(nowSeconds) : new Uint8Array(0)
  const signedAt = error === tsigErrors.badTime ? tsig.signedAtSeconds : nowSeconds
  return signMessage(reply, key, signedAt, { requestMac: tsig.mac, error, other })
}

/** Header and question alone. */
export function errorReply(request: Uint8Array, questionEnd: number, rcode: number, flags = 0): Uint8Array {
  const reply = request.slice(0, questionEnd)
  const kept = uint16At(request, 2) & (flagBits.opcode | flagBits.recursionDesired)
  putUint16(reply, 2, flagBits.response | kept | flags | rcode)
  for (const at of [6, 8, 10]) putUint16(reply, at, 0)
  return reply
}

function unsignedTsig(
  message: Uint8Array,
  algorithm: string,
  signedAtSeconds: number,
  error: number,
  other: Uint8Array,
): TsigData {
  return {
    algorithm: `${algorithm}.`,
    signedAtSeconds,
    fudgeSeconds,
    mac: new Uint8Array(0),
    originalId: uint16At(message, 0),
    error,
    other,
  }
}

function macOf(key: TsigKey, parts: readonly Uint8Array[]): Uint8Array {
  const hmac = createHmac(tsigHashes[key.algorithm].hash, key.secret)
  for (const part of parts) hmac.update(part)
  return hmac.digest()
}

function prefixed(mac: Uint8Array | undefined): Uint8Array[] {
  return mac === undefined ? [] : [Uint8Array.from([mac.length >>> 8, mac.length & 0xff]), mac]
}

/** RFC 8945 section 4.3.3. */
function variables(keyName: Name, tsig: TsigData): Uint8Array {
  const writer = newWriter()
  writeBytes(writer, canonicalName(keyName))
  writeUint16(writer, classes.any)
  writeUint32(writer, 0)
  writeBytes(writer, canonicalName(tsig.algorithm))
  writeBytes(writer, timers(tsig))
  writeUint16(writer, tsig.error)
  writeUint16(writer, tsig.other.length)
  writeBytes(writer, tsig.other)
  return written(writer)
}

function timers({ signedAtSeconds, fudgeSeconds: fudge }: TsigData): Uint8Array {
  const writer = newWriter()
  writeUint48(writer, signedAtSeconds)
  writeUint16(writer, fudge)
  return written(writer)
}

function uint48(value: number): Uint8Array {
  const writer = newWriter()
  writeUint48(writer, value)
  return written(writer)
}
