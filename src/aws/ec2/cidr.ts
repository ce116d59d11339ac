/** An IPv4 network as two numbers. */
export interface Cidr {
  readonly first: number
  readonly bits: number
}

/** Undefined for what is none, or has bits behind its prefix. */
export function parseCidr(text: string): Cidr | undefined {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text)
  if (found === null) return undefined
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = found.slice(1).map(Number)
  if (Math.max(a, b, c, d) > 255 || bits > 32) return undefined
  const first = ((a * 256 + b) * 256 + c) * 256 + d
  return first % sizeOf(bits) === 0 ? { first, bits } : undefined
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return inner.bits >= outer.bits && inner.first >= outer.first && lastOf(inner) <= lastOf(outer)
}

export function overlap(a: Cidr, b: Cidr): boolean {
  return a.first <= lastOf(b) && b.first <= lastOf(a)
}

const sizeOf = (bits: number): number => 2 ** (32 - bits)
const lastOf = ({ first, bits }: Cidr): number => first + sizeOf(bits) - 1
