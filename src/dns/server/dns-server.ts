import type { Clock } from '../../base/clock.ts'
import { EverportError } from '../../base/errors.ts'
import type { Endpoint, Network } from '../../base/network.ts'
import type { Random } from '../../base/random.ts'
import type { ZoneSnapshot } from '../zone/zone-snapshot.ts'
import { type Asked, answer } from './answer.ts'
import { type ConnectionLimits, connectionLimitsDefault } from './connection-limits.ts'
import { startTcpServer } from './tcp-server.ts'

export interface DnsServerOptions {
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
  /** One address of its own, so that replies come from the address that was asked. */
  readonly at: Endpoint
  /** Read for every query: what is served changes by one assignment. */
  readonly zones: () => ZoneSnapshot
  readonly limits?: ConnectionLimits
}

export interface DnsServer {
  readonly at: Endpoint
  close(): Promise<void>
}

/** UDP and TCP on one port. */
export async function startDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  const { network, clock, at, limits = connectionLimitsDefault } = options
  if (at.address === '0.0.0.0' || at.address === '::')
    throw new EverportError(
      'invalid_input',
      `dns cannot listen on ${at.address}: replies could leave from another address`,
      {
        hint: 'name one address of this machine, for example 127.0.0.1',
      },
    )
  const reply = (query: Uint8Array, by: Asked['by'], address: string): Uint8Array | undefined =>
    answer(query, options.zones(), { by, turn: options.random.uint32(), source: { address } })
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
      const answered = reply(data, 'udp', from.address)
      if (answered !== undefined) udp.send(answered, from)
    })
    return {
      at: tcp.at,
      async close() {
        await Promise.all([udp.close(), tcp.close()])
      },
    }
  } catch (error) {
    await tcp.close()
    throw error
  }
}
