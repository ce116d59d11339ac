import { parseAddress } from '../../base/ip-address.ts'

/** IANA protocol numbers. */
export const ipProtocol = { tcp: 6, udp: 17 } as const

/** Who talks to which listener. */
export interface FlowAddresses {
  readonly sourceAddress: string
  readonly sourcePort: number
  readonly destinationAddress: string
  readonly destinationPort: number
  readonly protocol: number
}

/** The same on every balancer, so that all of them choose alike. */
export const flowHashSeed = 0x65766572
/** The target group is chosen by other bits than the target, or each of several groups would see a part of the slots only. */
export const groupHashSeed = 0x67726f75

/**
 * 32 bits of a 5-tuple, as the Linux kernel computes them in nftables: `jhash ip saddr . th sport . ip daddr . th dport . meta l4proto
 * seed S`, Jenkins' hash (2006) over registers of 4 bytes in network order. Both engines choose alike, and what `explain flow` says holds
 * for both. AWS adds the TCP sequence number, which a socket does not show, and with it flows would not survive a balancer's failover.
 * An address that is none counts as nothing.
 */
export function flowHash(flow: FlowAddresses, seed: number = flowHashSeed): number {
  const source = words(flow.sourceAddress)
  const destination = words(flow.destinationAddress)
  return jenkinsHash(
    [...source, portWord(flow.sourcePort), ...destination, portWord(flow.destinationPort), flow.protocol],
    seed,
  )
}

/** 32 bits of who asks alone, for stickiness; in nftables `jhash ip saddr seed S`. */
export function sourceHash(sourceAddress: string, seed: number = flowHashSeed): number {
  return jenkinsHash(words(sourceAddress), seed)
}

/** The slot of a hash among `size`; nftables' `mod` scales in the same way (reciprocal_scale) rather than taking the remainder. */
export function slotOf(hash: number, size: number): number {
  return Math.floor((hash * size) / 0x1_0000_0000)
}

/** 32 bits of a name. */
export function nameHash(name: string, seed: number): number {
  let hash = seed
  // FNV-1a over UTF-16 code units, which alone leaves neighbours together.
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return spread(hash)
}

/** MurmurHash3's finalizer: every input bit moves every output bit. */
function spread(hash: number): number {
  let mixed = hash ^ (hash >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** Bytes of the network read as little-endian words, as the kernel of every machine that we run on does. */
function words(address: string): number[] {
  const only = wordOfIpv4(address)
  if (only !== undefined) return [only]
  const bytes = parseAddress(address) ?? []
  const found: number[] = []
  for (let at = 0; at < bytes.length; at += 4)
    found.push(
      byte(bytes, at) |
        (byte(bytes, at + 1) << 8) |
        (byte(bytes, at + 2) << 16) |
        (byte(bytes, at + 3) << 24),
    )
  return found
}

/** The same for what nearly all addresses are, without a list of its bytes; undefined for any other text. Each connection is asked for two. */
function wordOfIpv4(text: string): number | undefined {
  let [word, shift, part, digits] = [0, 0, 0, 0]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x2e) {
      if (digits === 0 || shift === 24) return undefined
      word |= part << shift
      shift += 8
      part = 0
      digits = 0
    } else {
      if (code < 0x30 || code > 0x39 || (digits > 0 && part === 0)) return undefined
      part = part * 10 + code - 0x30
      digits++
      if (part > 255) return undefined
    }
  }
  return shift === 24 && digits > 0 ? word | (part << 24) : undefined
}

const byte = (bytes: ArrayLike<number>, at: number): number => bytes[at] ?? 0

const portWord = (port: number): number => ((port & 0xff) << 8) | (port >> 8)

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits))

/** Jenkins' lookup3 over whole words; Linux: include/linux/jhash.h. */
function jenkinsHash(input: readonly number[], seed: number): number {
  let a = (0xdeadbeef + input.length * 4 + seed) | 0
  let [b, c] = [a, a]
  let at = 0
  for (; input.length - at > 3; at += 3) {
    a = (a + byte(input, at)) | 0
    b = (b + byte(input, at + 1)) | 0
    c = (c + byte(input, at + 2)) | 0
    a = ((a - c) | 0) ^ rotate(c, 4)
    c = (c + b) | 0
    b = ((b - a) | 0) ^ rotate(a, 6)
    a = (a + c) | 0
    c = ((c - b) | 0) ^ rotate(b, 8)
    b = (b + a) | 0
    a = ((a - c) | 0) ^ rotate(c, 16)
    c = (c + b) | 0
    b = ((b - a) | 0) ^ rotate(a, 19)
    a = (a + c) | 0
    c = ((c - b) | 0) ^ rotate(b, 4)
    b = (b + a) | 0
  }
  if (at === input.length) return c >>> 0
  a = (a + byte(input, at)) | 0
  b = (b + byte(input, at + 1)) | 0
  c = (c + byte(input, at + 2)) | 0
  c = ((c ^ b) - rotate(b, 14)) | 0
  a = ((a ^ c) - rotate(c, 11)) | 0
  b = ((b ^ a) - rotate(a, 25)) | 0
  c = ((c ^ b) - rotate(b, 16)) | 0
  a = ((a ^ c) - rotate(c, 4)) | 0
  b = ((b ^ a) - rotate(a, 14)) | 0
  c = ((c ^ b) - rotate(b, 24)) | 0
  return c >>> 0
}
