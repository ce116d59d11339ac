import type { Clock } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import type { Endpoint, Network } from '../../base/network.ts'
import type { Random } from '../../base/random.ts'
import type { Source } from '../routing/source.ts'
import { types } from '../wire/codes.ts'
import { decodeQuery, type Query } from '../wire/query.ts'
import type { ZoneSnapshot } from '../zone/zone-snapshot.ts'
import { type Asked, answerDecoded } from './answer.ts'
import { type ConnectionLimits, connectionLimitsDefault } from './connection-limits.ts'
import { type ServerCounts, serverCounter } from './server-counts.ts'
import type { ServerPolicies } from './server-policies.ts'
import { type Replies, startTcpServer } from './tcp-server.ts'

export interface DnsServerOptions {
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
  /** One address of its own, so that replies come from the address that was asked. */
  readonly at: Endpoint
  /** Read for every query: what is served changes by one assignment. */
  readonly zones: () => ZoneSnapshot
  readonly limits?: ConnectionLimits
  readonly policies?: ServerPolicies
  readonly special?: AnswerSpecial
}

/**
 * Zone transfers, and whatever is signed (TSIG). The messages of a transfer are taken from it as the client reads them; by UDP only the
 * first is sent. Undefined: answered as any other query.
 */
export type AnswerSpecial = (
  message: Uint8Array,
  query: Query,
  from: { readonly by: Asked['by']; readonly source: Source },
) => Iterable<Uint8Array> | undefined

export interface DnsServer {
  readonly at: Endpoint
  counts(): ServerCounts
  close(): Promise<void>
}

/** UDP and TCP on one port. */
export async function startDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  const { network, clock, random, at, zones, special, limits = connectionLimitsDefault } = options
  if (at.address === '0.0.0.0' || at.address === '::')
    throw new EverportError(
      'invalid_input',
      `dns cannot listen on ${at.address}: replies could leave from another address`,
      {
        hint: 'name one address of this machine, for example 127.0.0.1',
      },
    )
  const policies = { ...options.policies, idleTimeoutMs: limits.idleTimeoutMs }
  const counter = serverCounter()
  const reply = (message: Uint8Array, by: Asked['by'], address: string): Replies => {
    const query = decodeQuery(message)
    if (special !== undefined && typeof query === 'object' && isSpecial(query)) {
      // A forged signature costs a hash and gets a reply: it is limited as anything else.
      if (by === 'udp' && policies.limiter?.decide(address, 'other', 0) === 'drop') return undefined
      const replies = special(message, query, { by, source: { address } })
      if (replies !== undefined) return replies
    }
    const asked = { by, turn: random.uint32(), source: { address } }
    const answered = answerDecoded(message, query, zones(), asked, policies)
    counter.count(query, answered, by)
    return answered
  }
  const tcp = await startTcpServer({
    network,
    clock,
    at,
    limits,
    reply: (query, address) => reply(query, 'tcp', address),
  })
  try {
    const udp = await network.datagrams(tcp.at, (data, from) => {
      // Nobody can be reached at port 0; a forged one would come back to us as an error.
      if (from.port === 0) return
      const answered = firstOf(reply(data, 'udp', from.address))
      if (answered !== undefined) udp.send(answered, from)
    })
    return {
      at: tcp.at,
      counts() {
        const { truncated = 0, dropped = 0 } = policies.limiter ?? {}
        return counter.counts({ truncated, dropped })
      },
      async close() {
        await Promise.all([udp.close(), tcp.close()])
      },
    }
  } catch (error) {
    await tcp.close()
    throw error
  }
}

function isSpecial({ type, isSigned }: Query): boolean {
  return isSigned || type === types.axfr || type === types.ixfr
}

function firstOf(replies: Replies): Uint8Array | undefined {
  if (replies === undefined || replies instanceof Uint8Array) return replies
  for (const first of replies) return first
  return undefined
}
