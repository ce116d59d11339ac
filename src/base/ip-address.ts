/** An address, or the first bits of one: 4 or 16 bytes. IPv4 within IPv6 (`::ffff:192.0.2.1`) is IPv4. */
export type AddressBytes = Uint8Array

/** A network, for example `192.0.2.0/24`. */
export interface NetworkPrefix {
  readonly address: AddressBytes
  readonly bits: number
}

export function parseAddress(text: string): AddressBytes | undefined {
  if (!text.includes(':')) return parseIpv4(text)
  const bytes = parseIpv6(text)
  if (bytes === undefined) return undefined
  const isMapped = bytes.subarray(0, 10).every(byte => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
  return isMapped ? bytes.slice(12) : bytes
}

/** Undefined unless bits behind the prefix are zero: a mistyped length must not become another network. */
export function parsePrefix(text: string): NetworkPrefix | undefined {
  const [head = '', tail = '', ...more] = text.split('/')
  if (more.length > 0 || !/^\d{1,3}$/.test(tail)) return undefined
  const address = head.includes(':') ? parseIpv6(head) : parseIpv4(head)
  const bits = Number(tail)
  if (address === undefined || bits > address.length * 8) return undefined
  for (let bit = bits; bit < address.length * 8; bit++) if (bitAt(address, bit) === 1) return undefined
  return { address, bits }
}

/** 0 or 1; bit 0 is the first. */
export function bitAt(address: AddressBytes, bit: number): 0 | 1 {
  return (((address[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) as 0 | 1
}

function parseIpv4(text: string): AddressBytes | undefined {
  const parts = text.split('.')
  const isWell = parts.length === 4 && parts.every(part => /^\d{1,3}$/.test(part) && Number(part) < 256)
  return isWell ? Uint8Array.from(parts, Number) : undefined
}

function parseIpv6(text: string): AddressBytes | undefined {
  const last = text.slice(text.lastIndexOf(':') + 1)
  const ipv4 = last.includes('.') ? parseIpv4(last) : undefined
  if (last.includes('.') && ipv4 === undefined) return undefined
  const inHex = ipv4 === undefined ? text : text.slice(0, -last.length) + hexPairs(ipv4)
  const halves = inHex.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map(half => (half === '' ? [] : half.split(':'))) as [string[], string[]?]
  const groups = tail === undefined ? head : [...head, ...zeros(8 - head.length - tail.length), ...tail]
  if (groups.length !== 8 || !groups.every(group => /^[\da-f]{1,4}$/i.test(group))) return undefined
  if (tail !== undefined && head.length + tail.length > 7) return undefined
  return Uint8Array.from(
    groups.flatMap(group => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  )
}

function hexPairs([a = 0, b = 0, c = 0, d = 0]: AddressBytes): string {
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}

function zeros(count: number): string[] {
  return Array.from({ length: Math.max(0, count) }, () => '0')
}
