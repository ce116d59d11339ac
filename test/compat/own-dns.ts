import type { TestContext } from 'node:test'
import type { Network } from '../../src/base/network.ts'
import { type DnsServer, startDnsServer } from '../../src/dns/server/dns-server.ts'
import type { ZoneSnapshot } from '../../src/dns/zone/zone-snapshot.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'

/** Our own server for others to ask, on a free port of loopback; ends with the test. `zones` is read for every query. */
export async function startOwnDns(
  t: Pick<TestContext, 'after'>,
  zones: () => ZoneSnapshot,
  network: Network = systemNetwork,
): Promise<DnsServer> {
  const server = await startDnsServer({
    network,
    clock: systemClock,
    random: systemRandom(),
    at: { address: '127.0.0.1', port: 0 },
    zones,
  })
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => (closed ??= server.close())
  t.after(close)
  return { ...server, close }
}
