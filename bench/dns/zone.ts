import { seededRandom, shuffled } from '../../src/base/random.ts'

/** One zone, the same for every server: a few names, and nine thousand hosts. */
export const zoneName = 'demo.test.'
export const hosts = 9_000

export const hostAddress = (host: number): string => `10.0.${host >> 8}.${host & 255}`
export const hostName = (host: number): string => `host-${host}`

/** The failover name is an address like any other to a server that has no failover. */
export function masterFile({ failover }: { readonly failover: string }): string {
  return [
    '$TTL 300',
    '@ 900 SOA ns1 hostmaster 1 7200 900 1209600 300',
    '@ NS ns1',
    '@ NS ns2',
    'ns1 A 127.0.0.1',
    'ns2 A 127.0.0.2',
    'plain A 192.0.2.1',
    failover,
    ...Array.from({ length: hosts }, (_, host) => `${hostName(host)} A ${hostAddress(host)}`),
    '',
  ].join('\n')
}

export interface Workload {
  readonly key: string
  readonly title: string
  /** Lines of dnsperf's input. */
  readonly questions: readonly string[]
  readonly options?: readonly string[]
}

/** One in ten of the many names does not exist. */
function manyNames(): string[] {
  const known = Array.from({ length: hosts }, (_, host) => `${hostName(host)}.${zoneName} A`)
  const unknown = Array.from({ length: hosts / 9 }, (_, i) => `missing-${i}.${zoneName} A`)
  return shuffled(seededRandom(1), [...known, ...unknown])
}

export const workloads: readonly Workload[] = [
  { key: 'plain', title: 'plain A', questions: [`plain.${zoneName} A`] },
  { key: 'failover', title: 'failover alias', questions: [`data.${zoneName} A`] },
  { key: 'many', title: '10,000 names, 10 % NXDOMAIN', questions: manyNames() },
  {
    key: 'cookie',
    title: 'plain A with a DNS cookie',
    questions: [`plain.${zoneName} A`],
    options: ['-e', '-E', '10:0102030405060708'],
  },
]
