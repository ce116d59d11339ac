import type { Random } from '../../base/random.ts'

/** Hexadecimal digits behind the prefix, as AWS has them since 2018. */
const digits = 17

export type Ec2IdKind = 'eipalloc' | 'i' | 'r' | 'sg' | 'sgr' | 'subnet' | 'vpc'

export function newEc2Id(kind: Ec2IdKind, random: Random): string {
  let text = ''
  while (text.length < digits) text += random.uint32().toString(16).padStart(8, '0')
  return `${kind}-${text.slice(0, digits)}`
}
