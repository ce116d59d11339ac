import type { Clock } from '../../base/clock.ts'
import { type NetworkPrefix, parseAddress } from '../../base/ip-address.ts'
import type { Random } from '../../base/random.ts'

export interface RateLimits {
  /** Of one name to one network, and of negative answers, wildcards and referrals together. */
  readonly answersPerSecond: number
  /** REFUSED, FORMERR and the like, to one network. */
  readonly errorsPerSecond: number
  /** So long a flood is remembered: who sends on through it stays limited until it was quiet for as long. */
  readonly windowSeconds: number
  /** Every so-manieth limited reply is sent with TC and no records, so that an honest client comes back by TCP; 0: none. */
  readonly slip: number
  /** Addresses are counted by networks: an attacker owns the lower bits. */
  readonly ipv4PrefixBits: number
  readonly ipv6PrefixBits: number
  readonly exempt: readonly NetworkPrefix[]
}

/**
 * 200 a second of one name is more than a resolver that keeps answers for a second can ask for, and a network of resolvers behind a
 * broken client still gets every second reply as an invitation to TCP. Programs of this machine are nobody's victims: their addresses
 * cannot be forged from outside.
 */
export const rateLimitsDefault: RateLimits = {
  answersPerSecond: 200,
  errorsPerSecond: 200,
  windowSeconds: 15,
  slip: 2,
  ipv4PrefixBits: 24,
  ipv6PrefixBits: 56,
  exempt: [
    { address: Uint8Array.of(127, 0, 0, 0), bits: 8 },
    { address: Uint8Array.from({ length: 16 }, (_, i) => (i === 15 ? 1 : 0)), bits: 128 },
  ],
}

/**
 * 'answer': records of a name, counted by name. 'other': what an attacker can ask for under ever new names (wildcards, NXDOMAIN,
 * referrals, NODATA), counted together. 'error': no answer at all.
 */
export type ReplyKind = 'answer' | 'other' | 'error'

export type LimiterVerdict = 'send' | 'truncate' | 'drop'

export interface RateLimiter {
  /** `name` is any number that stands for the name. */
  decide(address: string, kind: ReplyKind, name: number): LimiterVerdict
  readonly truncated: number
  readonly dropped: number
}

/** Accounts kept; a flood from more networks pushes out those that were quiet longest. 1.3 MB. */
const accounts = 65_536
/** An account lies in one of so many places. */
const ways = 4
/** Addresses whose network is remembered, so that it need not be read from text again. */
const addressesMax = 4_096

const exemptNetwork = -1

/**
 * Replies by UDP go to whoever the query says it comes from: without a limit, a forger aims them at a victim. Each network has an
 * account for each kind of reply, which fills up with time to one second's worth and is drawn from by every reply, down to a debt of the
 * window's worth.
 */
export function rateLimiter(limits: RateLimits, clock: Clock, random: Random): RateLimiter {
  // The seed is secret, so that nobody can aim at another's account.
  const seed = random.uint32()
  const owners = new Int32Array(accounts)
  const usedAt = new Float64Array(accounts).fill(Number.NEGATIVE_INFINITY)
  const balances = new Float32Array(accounts)
  const limited = new Uint32Array(accounts)
  const networks = new Map<string, number>()
  const counts = { truncated: 0, dropped: 0 }

  const networkOf = (address: string): number => {
    const known = networks.get(address)
    if (known !== undefined) return known
    if (networks.size >= addressesMax) networks.clear()
    const network = networkHash(limits, address)
    networks.set(address, network)
    return network
  }
  const accountOf = (owner: number): number => {
    const first = (owner & (accounts / ways - 1)) * ways
    let oldest = first
    for (let place = first; place < first + ways; place++) {
      if (owners[place] === owner && usedAt[place] !== Number.NEGATIVE_INFINITY) return place
      if ((usedAt[place] as number) < (usedAt[oldest] as number)) oldest = place
    }
    owners[oldest] = owner
    usedAt[oldest] = Number.NEGATIVE_INFINITY
    limited[oldest] = 0
    return oldest
  }
  return {
    decide(address, kind, name) {
      const network = networkOf(address)
      if (network === exemptNetwork) return 'send'
      const perSecond = kind === 'error' ? limits.errorsPerSecond : limits.answersPerSecond
      const account = accountOf(mixed(mixed(seed ^ network, kindCodes[kind]), kind === 'answer' ? name : 0))
      const now = clock.now()
      const elapsedMs = now - (usedAt[account] as number)
      const before = elapsedMs === Number.POSITIVE_INFINITY ? perSecond : (balances[account] as number)
      const filled = Math.min(perSecond, before + Math.min(elapsedMs, 1e9) * (perSecond / 1_000))
      const balance = Math.max(filled - 1, -perSecond * limits.windowSeconds)
      usedAt[account] = now
      balances[account] = balance
      if (balance >= 0) return 'send'
      const count = (limited[account] = ((limited[account] as number) + 1) >>> 0)
      if (limits.slip > 0 && count % limits.slip === 0) {
        counts.truncated++
        return 'truncate'
      }
      counts.dropped++
      return 'drop'
    },
    get truncated() {
      return counts.truncated
    },
    get dropped() {
      return counts.dropped
    },
  }
}

const kindCodes = { answer: 1, other: 2, error: 3 } as const satisfies Record<ReplyKind, number>

function networkHash(limits: RateLimits, address: string): number {
  const bytes = parseAddress(address)
  if (bytes === undefined) return 0
  if (limits.exempt.some(network => isWithin(bytes, network))) return exemptNetwork
  const bits = bytes.length === 4 ? limits.ipv4PrefixBits : limits.ipv6PrefixBits
  let hash = bytes.length
  for (let i = 0; i * 8 < bits; i++) {
    const kept = Math.min(8, bits - i * 8)
    hash = mixed(hash, (bytes[i] ?? 0) & (0xff << (8 - kept)))
  }
  return hash === exemptNetwork ? 0 : hash
}

function isWithin(address: Uint8Array, network: NetworkPrefix): boolean {
  if (address.length !== network.address.length) return false
  for (let i = 0; i * 8 < network.bits; i++) {
    const kept = Math.min(8, network.bits - i * 8)
    const mask = 0xff << (8 - kept)
    if (((address[i] ?? 0) & mask) !== ((network.address[i] ?? 0) & mask)) return false
  }
  return true
}

/** One step of a hash in which every bit depends on every bit before. */
function mixed(hash: number, value: number): number {
  let mix = Math.imul(hash ^ value, 0x85eb_ca6b)
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2_ae35)
  return mix ^ (mix >>> 16)
}

export function hashOfName(key: string): number {
  let hash = 0
  for (let i = 0; i < key.length; i++) hash = mixed(hash, key.charCodeAt(i))
  return hash
}
