// A DNS server in a process of its own, for dns-storm.test.ts: all policies on, and this machine limited as anybody else. Tells its port,
// and its memory when asked.
import { allHealthy } from '../../src/dns/routing/verdict.ts'
import { cookieKeeper } from '../../src/dns/server/cookie-keeper.ts'
import { startDnsServer } from '../../src/dns/server/dns-server.ts'
import { rateLimiter, rateLimitsDefault } from '../../src/dns/server/rate-limiter.ts'
import { zoneSnapshot } from '../../src/dns/zone/zone-snapshot.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { systemRandom } from '../../src/io/random.ts'
import { failoverDocuments, snapshotOf, values } from '../../src/testing/dns-documents.ts'

const text = Array.from({ length: 30 }, (_, i) => `"${String(i).padEnd(100, 'x')}"`)
const documents = failoverDocuments([
  values('long.demo.test.', 'TXT', ...text),
  values('*.wild.demo.test.', 'A', '192.0.2.1', '192.0.2.2'),
  values('www.demo.test.', 'CNAME', 'data.demo.test.'),
  values('child.demo.test.', 'NS', 'ns.child.demo.test.'),
])
const zones = zoneSnapshot(await snapshotOf(documents), allHealthy)
const random = systemRandom()
const limits = { ...rateLimitsDefault, exempt: [], answersPerSecond: 2_000, errorsPerSecond: 2_000 }
const server = await startDnsServer({
  network: systemNetwork,
  clock: systemClock,
  random,
  at: { address: '127.0.0.1', port: 0 },
  zones: () => zones,
  policies: {
    cookies: cookieKeeper(systemClock, random),
    limiter: rateLimiter(limits, systemClock, random),
    identity: Buffer.from('storm'),
    version: Buffer.from('storm 1'),
  },
})
process.on('message', () => {
  const { queries, unanswered, limited } = server.counts()
  process.send?.({ residentBytes: process.memoryUsage().rss, queries, unanswered, limited })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ port: server.at.port })
