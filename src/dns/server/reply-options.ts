import type { ClientSubnet } from '../routing/source.ts'
import { putUint16 } from '../wire/writer.ts'
import { optionCodes } from './edns-options.ts'
import { putBytes } from './put-bytes.ts'

/** Extended DNS errors (RFC 8914) that we tell. */
export const extendedErrors = { other: 0, prohibited: 18, notAuthoritative: 20, notSupported: 21 } as const

/** What goes into the OPT record of one reply. Reused for every query: nothing here waits. */
export interface ReplyOptions {
  bytes: Uint8Array
  length: number
}

/** A cookie (28), an identity (4 + 64), a subnet (24), keepalive (6) and an error (6); little enough to fit 512 bytes with any name. */
export const replyOptionBytesMax = 128

export const identityBytesMax = 64

export const replyOptions = (): ReplyOptions => ({ bytes: new Uint8Array(replyOptionBytesMax), length: 0 })

export function putCookieOption(to: ReplyOptions, cookie: Uint8Array): void {
  putBytes(to.bytes, begin(to, optionCodes.cookie, cookie.length), cookie)
}

export function putIdentityOption(to: ReplyOptions, identity: Uint8Array): void {
  to.bytes.set(identity, begin(to, optionCodes.nsid, identity.length))
}

export function putErrorOption(to: ReplyOptions, code: number): void {
  putUint16(to.bytes, begin(to, optionCodes.extendedError, 2), code)
}

/** In units of 100 ms (RFC 7828 section 3.1). */
export function putKeepaliveOption(to: ReplyOptions, idleTimeoutMs: number): void {
  const units = Math.min(0xffff, Math.floor(idleTimeoutMs / 100))
  putUint16(to.bytes, begin(to, optionCodes.tcpKeepalive, 2), units)
}

/** As it was asked, and how many bits of it the answer is for (RFC 7871 section 7.2.1). */
export function putSubnetOption(
  to: ReplyOptions,
  family: 'none' | 4 | 6,
  subnet: ClientSubnet | undefined,
  scopeBits: number,
): void {
  const prefixBits = subnet?.prefixBits ?? 0
  const addressBytes = Math.ceil(prefixBits / 8)
  const at = begin(to, optionCodes.clientSubnet, 4 + addressBytes)
  putUint16(to.bytes, at, family === 'none' ? 0 : family === 4 ? 1 : 2)
  to.bytes[at + 2] = prefixBits
  to.bytes[at + 3] = prefixBits === 0 ? 0 : scopeBits
  for (let i = 0; i < addressBytes; i++) to.bytes[at + 4 + i] = subnet?.address[i] ?? 0
}

function begin(to: ReplyOptions, code: number, length: number): number {
  const at = to.length
  putUint16(to.bytes, at, code)
  putUint16(to.bytes, at + 2, length)
  to.length = at + 4 + length
  return at + 4
}
