/**
 * Addresses on one machine. Cluster c is its place in the file from 1, zone z its letter's place in the alphabet, node n its place in
 * the zone from 1: balancer 127.0.c.z, node 127.0.c.(10z + n). Letters rather than places in the list keep every address when a zone is added or removed.
 */
export const addressPlan = { clustersMax: 2, zonesMax: 9, nodesPerZoneMax: 9, dnsServersMax: 4 } as const

/** Zone letters that have a place in the plan. */
export const zoneLetters = 'abcdefghi'

export const balancerAddress = (cluster: number, zoneLetter: string): string =>
  `127.0.${cluster}.${zoneNumber(zoneLetter)}`

export const nodeAddress = (cluster: number, zoneLetter: string, node: number): string =>
  `127.0.${cluster}.${10 * zoneNumber(zoneLetter) + node}`

/** Where control answers health, status and metrics: this machine alone. */
export const controlAddress = '127.0.0.1'

/** Two name servers, so that one may die. Every machine has the addresses, and nobody else reaches them. */
export const dnsAddressesDefault = ['127.0.0.1', '127.0.0.2'] as const

/** Where the metrics of a name server are, counted from 0: this machine alone. */
export const dnsMetricsAddress = (index: number): string => `127.0.0.${index + 1}`

function zoneNumber(letter: string): number {
  return zoneLetters.indexOf(letter) + 1
}
