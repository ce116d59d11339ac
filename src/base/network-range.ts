/** An address, or a network such as 10.0.0.0/8 or fd00::/8, as bits. */
interface Range {
  readonly bits: bigint
  readonly length: 32 | 128
  readonly prefix: number
}

/** Undefined when the text is neither an address nor a network. */
export function parseRange(text: string): Range | undefined {
  const [address = '', prefix, ...rest] = text.split('/')
  if (rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return undefined
  const length = address.includes(':') ? 128 : 32
  const bits = length === 128 ? ipv6Bits(address) : ipv4Bits(address)
  const taken = prefix === undefined ? length : Number(prefix)
  return bits === undefined || taken > length ? undefined : { bits, length, prefix: taken }
}

/** Addresses of IPv4 are the same when they come mapped into IPv6. What cannot be read is in no network. */
export function isInNetwork(address: string, network: string): boolean {
  const range = parseRange(network)
  const found = parseRange(address.replace(/^::ffff:(?=\d+\.)/i, ''))
  if (range === undefined || found === undefined || range.length !== found.length) return false
  const shift = BigInt(range.length - range.prefix)
  return range.bits >> shift === found.bits >> shift
}

function ipv4Bits(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return undefined
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n)
}

function ipv6Bits(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [before = [], after = []] = halves.map(half => (half === '' ? [] : half.split(':')))
  const missing = 8 - before.length - after.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [
    ...before,
    ...Array.from({ length: halves.length === 2 ? missing : 0 }, () => '0'),
    ...after,
  ]
  if (!groups.every(group => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(Number.parseInt(group, 16)), 0n)
}
