import type { TestContext } from 'node:test'
import type { Network } from '../../src/base/network.ts'
import { type DnsServer, startDnsServer } from '../../src/dns/server/dns-server.ts'
import type { ServerPolicies } from '../../src/dns/server/server-policies.ts'
import type { ZoneSnapshot } from '../../src/dns/zone/zone-snapshot.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'

interface OwnDnsOptions {
  readonly network?: Network
  readonly policies?: ServerPolicies
}

/** Our own server for others to ask, on a free port of loopback; ends with the test. `zones` is read for every query. */
export async function startOwnDns(
  t: Pick<TestContext, 'after'>,
  zones: () => ZoneSnapshot,
  more: OwnDnsOptions = {},
): Promise<DnsServer> {
  const server = await startDnsServer({
    network: systemNetwork,
    clock: systemClock,
    random: systemRandom(),
    at: { address: '127.0.0.1', port: 0 },
    zones,
    ...more,
  })
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => (closed ??= server.close())
  t.after(close)
  return { ...server, close }
}
