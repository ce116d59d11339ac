/**
 * An IPv4 or IPv6 address of one endpoint. Not so the ones that mean none or many (RFC 6890, RFC 4291): unspecified, multicast, broadcast.
 * AWS refuses private and loopback addresses too, which its checkers cannot reach; ours can.
 */
export function isCheckableAddress(text: string): boolean {
  const octets = ipv4(text)
  if (octets !== undefined) return isUnicast4(octets)
  const groups = ipv6(text)
  if (groups === undefined) return false
  const isMapped = groups.slice(0, 5).every(group => group === 0) && groups[5] === 0xff_ff
  if (isMapped) {
    const [high = 0, low = 0] = groups.slice(6)
    return isUnicast4([high >> 8, high & 255, low >> 8, low & 255])
  }
  return groups.some(group => group !== 0) && (groups[0] ?? 0) >> 8 !== 0xff
}

function isUnicast4([first = 0]: readonly number[]): boolean {
  return first > 0 && first < 224
}

function ipv4(text: string): number[] | undefined {
  if (!/^(?:(?:0|[1-9]\d{0,2})(?:\.|$)){4}$/.test(text) || text.endsWith('.')) return undefined
  const octets = text.split('.').map(Number)
  return octets.every(octet => octet < 256) ? octets : undefined
}

/** RFC 4291 section 2.2. */
function ipv6(text: string): number[] | undefined {
  const [head = '', tail, ...more] = text.split('::')
  if (more.length > 0 || !text.includes(':')) return undefined
  const before = groupsOf(head, tail === undefined)
  const after = groupsOf(tail ?? '', true)
  if (before === undefined || after === undefined) return undefined
  const missing = 8 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  return [...before, ...Array.from({ length: missing }, () => 0), ...after]
}

function groupsOf(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    const octets = mayEndInIpv4 && i === parts.length - 1 ? ipv4(part) : undefined
    if (octets !== undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = octets
      groups.push(a * 256 + b, c * 256 + d)
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}
