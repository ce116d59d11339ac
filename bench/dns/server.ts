// Everport's DNS server alone, as the role runs it, with the benchmark's zone: server.ts ADDRESS PORT
import { allHealthy } from '../../src/dns/routing/verdict.ts'
import { startDnsServer } from '../../src/dns/server/dns-server.ts'
import { serverPolicies } from '../../src/dns/server/server-policies.ts'
import { zoneSnapshot } from '../../src/dns/zone/zone-snapshot.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'
import { failoverDocuments, snapshotOf, values } from '../../src/testing/dns-documents.ts'
import { hostAddress, hostName, hosts, zoneName } from './zone.ts'

const [address = '127.0.0.1', port = '0'] = process.argv.slice(2)
const documents = failoverDocuments([
  values(`plain.${zoneName}`, 'A', '192.0.2.1'),
  ...Array.from({ length: hosts }, (_, host) =>
    values(`${hostName(host)}.${zoneName}`, 'A', hostAddress(host)),
  ),
])
const zones = zoneSnapshot(await snapshotOf(documents), allHealthy)
const random = systemRandom()
await startDnsServer({
  network: systemNetwork,
  clock: systemClock,
  random,
  at: { address, port: Number(port) },
  zones: () => zones,
  policies: serverPolicies({}, systemClock, random),
})
process.on('SIGTERM', () => process.exit(0))
