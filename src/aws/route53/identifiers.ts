import { below, type Random } from '../../base/random.ts'

const capitals = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const zoneCharacters = 20
const changeCharacters = 6
const setCharacters = 20
/** Of a time in milliseconds in base 36: enough until the year 5188. */
const timeCharacters = 9

function characters(random: Random, count: number, alphabet: string): string {
  return Array.from({ length: count }, () => alphabet[below(random, alphabet.length)]).join('')
}

/** `Z` and 20 capitals and digits, as Route 53's own of today. */
export const newZoneId = (random: Random): string => `Z${characters(random, zoneCharacters, capitals)}`

/** `C` and capitals and digits. Later ones sort behind earlier ones, so that the oldest are found without reading all. */
export function newChangeId(random: Random, wallMs: number): string {
  const time = Math.floor(wallMs).toString(36).toUpperCase().padStart(timeCharacters, '0')
  return `C${time}${characters(random, changeCharacters, capitals)}`
}

export const newDelegationSetId = (random: Random): string =>
  `N${characters(random, setCharacters, capitals)}`

/** A random UUID (RFC 9562, version 4). */
export function newUuid(random: Random): string {
  const hex = characters(random, 32, '0123456789abcdef')
  const variant = '89ab'[below(random, 4)] ?? '8'
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20),
  ].join('-')
}

/** What a request names: with or without `/hostedzone/` and its like before it. */
export function bareId(
  id: string | undefined,
  kind: 'hostedzone' | 'change' | 'healthcheck' | 'delegationset',
): string {
  const prefix = `/${kind}/`
  const text = id ?? ''
  return text.startsWith(prefix) ? text.slice(prefix.length) : text
}
