import { switchingLimits } from '../resources/switching.ts'
import {
  balancerAddress,
  controlAddress,
  dnsAddressesDefault,
  dnsMetricsAddress,
  nodeAddress,
} from './address-plan.ts'
import { groupNamesDiffer, queryMemoryFits, roleLimitsDiffer, rulesFit } from './limits-rules.ts'
import type { DraftOf } from './schema-kinds.ts'
import {
  certificateFilesExist,
  certificateHasItsKey,
  clientCertificatesHaveTheirAuthority,
  flightSpeaksAsItMay,
} from './tls-rules.ts'
import { defaultAuxiliaryPort, failbackOf, zoneLetter } from './topology.ts'
import type { TopologyFile } from './topology-schema.ts'
import type { Report } from './validate.ts'
import { quoted } from './yaml-source.ts'

export type TopologyDraft = DraftOf<TopologyFile>
type ClusterDraft = NonNullable<NonNullable<TopologyDraft['clusters']>[number]>

/** A rule between values. It says nothing of values that are wrong by themselves: they are undefined in the draft. */
type Rule = (draft: TopologyDraft, report: Report, fileExists: (path: string) => boolean) => void

/** Told in this order. */
export const topologyRules: readonly Rule[] = [
  onePrimary,
  clusterNamesDiffer,
  clusterNamesAreFree,
  zonesDiffer,
  zonesAreOfTheRegion,
  auxiliaryPortsFit,
  auxiliaryPortsDiffer,
  advertisedHostIsNoNode,
  singlePortIsOurs,
  addressesFit,
  denodoIsSomewhere,
  keyStoreHasPassword,
  portsDiffer,
  balancerMetricsPortIsFree,
  hostnameIsFree,
  healthCheckFits,
  nameServersDiffer,
  nameServersHaveTheirPorts,
  failbackFits,
  groupNamesDiffer,
  rulesFit,
  roleLimitsDiffer,
  queryMemoryFits,
  certificateHasItsKey,
  clientCertificatesHaveTheirAuthority,
  flightSpeaksAsItMay,
  catalogExists,
  certificateFilesExist,
]

function onePrimary(draft: TopologyDraft, report: Report): void {
  const { clusters } = draft
  if (clusters === undefined) return
  for (const role of ['primary', 'secondary'] as const) {
    const [first, ...others] = indexesWhere(clusters, cluster => cluster?.role === role)
    for (const other of others) {
      report(['clusters', other, 'role'], {
        found: `a second ${role} cluster`,
        expected: `one ${role}; clusters[${first}] is it`,
      })
    }
  }
  if (clusters.length > 0 && clusters.every(cluster => cluster?.role === 'secondary'))
    report(['clusters'], { found: 'no primary cluster', expected: 'one cluster with role primary' })
}

function clusterNamesDiffer({ clusters }: TopologyDraft, report: Report): void {
  const names = (clusters ?? []).map(cluster => cluster?.name)
  repeated(names, (index, first, name) => {
    report(['clusters', index, 'name'], {
      found: `the name ${quoted(name)} a second time`,
      expected: `names that differ; clusters[${first}] has it`,
    })
  })
}

/** AWS keeps the prefix for the names of internal load balancers. */
function clusterNamesAreFree({ clusters }: TopologyDraft, report: Report): void {
  clusters?.forEach((cluster, index) => {
    if (cluster?.name?.startsWith('internal-') !== true) return
    report(['clusters', index, 'name'], {
      found: quoted(cluster.name),
      expected: 'a load balancer name that does not begin with internal-',
    })
  })
}

function zonesDiffer({ clusters }: TopologyDraft, report: Report): void {
  clusters?.forEach((cluster, index) => {
    const letters = (cluster?.zones ?? []).map(zone => (zone === undefined ? undefined : zoneLetter(zone)))
    repeated(letters, (place, first, letter) => {
      report(['clusters', index, 'zones', place], {
        found: `zone ${letter} a second time`,
        expected: `zones that differ; clusters[${index}].zones[${first}] is it`,
      })
    })
  })
}

function zonesAreOfTheRegion({ clusters, region }: TopologyDraft, report: Report): void {
  if (region === undefined) return
  clusters?.forEach((cluster, index) => {
    cluster?.zones?.forEach((zone, place) => {
      if (zone === undefined || zone.length === 1 || zone.slice(0, -1) === region) return
      report(['clusters', index, 'zones', place], {
        found: quoted(zone),
        expected: `a zone of the region ${region}`,
        hint: zoneLetter(zone),
      })
    })
  })
}

function auxiliaryPortsFit({ clusters }: TopologyDraft, report: Report): void {
  clusters?.forEach((cluster, index) => {
    const nodes = nodeCount(cluster)
    const listed = cluster?.auxiliaryPorts
    if (nodes === undefined || listed === undefined || listed.length === nodes) return
    report(['clusters', index, 'auxiliaryPorts'], {
      found: `${listed.length} ports`,
      expected: `one for each of the ${nodes} nodes`,
    })
  })
}

function auxiliaryPortsDiffer({ clusters, ports }: TopologyDraft, report: Report): void {
  const shared = Object.entries(ports ?? {})
  clusters?.forEach((cluster, index) => {
    const listed = cluster?.auxiliaryPorts ?? []
    repeated(listed, (place, first, port) => {
      report(['clusters', index, 'auxiliaryPorts', place], {
        found: `auxiliary port ${port} a second time`,
        expected: `a port of its own for each node; auxiliaryPorts[${first}] is it`,
      })
    })
    const written = cluster?.auxiliaryPorts !== undefined
    auxiliaryPortsOf(cluster).forEach((port, place) => {
      const [name] = shared.find(([, each]) => each === port) ?? []
      if (port === undefined || name === undefined) return
      const path = written ? ['clusters', index, 'auxiliaryPorts', place] : ['ports', name]
      report(path, {
        found: `port ${port} for ${name} and as an auxiliary port`,
        expected: 'a port of its own for each',
      })
    })
  })
}

function addressesFit({ clusters }: TopologyDraft, report: Report): void {
  clusters?.forEach((cluster, index) => {
    const { addresses, kind } = cluster ?? {}
    if (addresses === undefined) return
    const nodes = nodeCount(cluster)
    if (kind === 'everport')
      report(['clusters', index, 'addresses'], {
        found: 'addresses with kind everport',
        expected: 'kind denodo, or no addresses: Everport starts its own nodes',
      })
    else if (nodes !== undefined && addresses.length !== nodes)
      report(['clusters', index, 'addresses'], {
        found: `${addresses.length} addresses`,
        expected: `one for each of the ${nodes} nodes`,
      })
    repeated(addresses, (place, first, address) => {
      report(['clusters', index, 'addresses', place], {
        found: `${address} a second time`,
        expected: `an address of its own for each node; addresses[${first}] is it`,
      })
    })
  })
}

function denodoIsSomewhere({ clusters }: TopologyDraft, report: Report): void {
  clusters?.forEach((cluster, index) => {
    if (cluster?.kind !== 'denodo' || cluster.image !== undefined || cluster.addresses !== undefined) return
    report(['clusters', index, 'kind'], {
      found: 'kind denodo without image and without addresses',
      expected: 'the image to make its nodes from, or the addresses of servers that are there',
    })
  })
}

function keyStoreHasPassword({ clusters }: TopologyDraft, report: Report): void {
  clusters?.forEach((cluster, index) => {
    const { keyStore, keyStorePasswordFile, trustStore, kind } = cluster ?? {}
    const given = { keyStore, keyStorePasswordFile, trustStore }
    const [key] = Object.entries(given).find(([, value]) => value !== undefined) ?? []
    if (key === undefined) return
    if (kind === 'everport')
      report(['clusters', index, key], { found: `${key} with kind everport`, expected: 'kind denodo' })
    else if (keyStore === undefined || keyStorePasswordFile === undefined)
      report(['clusters', index, key], {
        found: `${key} without ${keyStore === undefined ? 'keyStore' : 'keyStorePasswordFile'}`,
        expected: 'both keyStore and keyStorePasswordFile',
      })
  })
}

/** The mistake that a server makes by itself: it advertises its own address, and clients go past the balancer. */
function advertisedHostIsNoNode({ clusters }: TopologyDraft, report: Report): void {
  clusters?.forEach((cluster, index) => {
    const host = cluster?.advertisedHost
    const node = host === undefined ? undefined : nodeAt(host, clusters)
    if (node === undefined) return
    report(['clusters', index, 'advertisedHost'], {
      found: `${host}, the address of a node of ${node}`,
      expected: 'the name or the address of the balancer: clients would go past it',
    })
  })
}

/** Servers of another product decide by themselves what they advertise. */
function singlePortIsOurs({ clusters }: TopologyDraft, report: Report): void {
  clusters?.forEach((cluster, index) => {
    if (cluster?.kind !== 'denodo' || cluster.singlePort !== true) return
    report(['clusters', index, 'singlePort'], {
      found: 'singlePort with kind denodo',
      expected: 'kind everport: Denodo’s servers always send their clients to a second port',
    })
  })
}

function nodeAt(address: string, clusters: NonNullable<TopologyDraft['clusters']>): string | undefined {
  for (const [index, cluster] of clusters.entries()) {
    if (cluster?.addresses?.includes(address) === true) return cluster.name ?? ''
    for (const zone of cluster?.zones ?? []) {
      for (let node = 1; zone !== undefined && node <= (cluster?.nodesPerZone ?? 0); node++)
        if (address === nodeAddress(index + 1, zoneLetter(zone), node)) return cluster?.name ?? ''
    }
  }
  return undefined
}

function portsDiffer({ ports }: TopologyDraft, report: Report): void {
  const named = Object.entries(ports ?? {})
  const numbers = named.map(([, port]) => port)
  repeated(numbers, (index, first, port) => {
    const name = named[index]?.[0] ?? ''
    report(['ports', name], {
      found: `port ${port} for ${name} and for ${named[first]?.[0] ?? ''}`,
      expected: 'a port of its own for each',
    })
  })
}

/** `elb` holds the balancers' names, `ns1` to `ns4` are the name servers. */
function hostnameIsFree({ hostname }: TopologyDraft, report: Report): void {
  if (hostname === undefined || !/^(?:elb|ns[1-4])$/.test(hostname)) return
  report(['hostname'], {
    found: quoted(hostname),
    expected: 'another name: Everport itself uses elb and ns1 to ns4',
    hint: 'data',
  })
}

function healthCheckFits({ healthCheck }: TopologyDraft, report: Report): void {
  if (healthCheck?.protocol === 'http' && healthCheck.port !== undefined && healthCheck.port !== 'web')
    report(['healthCheck', 'port'], {
      found: `${healthCheck.port} with protocol http`,
      expected: 'port web, where nodes answer HTTP, or protocol tcp',
    })
  if (healthCheck?.protocol === 'sql' && healthCheck.port !== undefined && healthCheck.port !== 'odbc')
    report(['healthCheck', 'port'], {
      found: `${healthCheck.port} with protocol sql`,
      expected: 'port odbc, where nodes speak PostgreSQL’s protocol, or none',
    })
  if (
    healthCheck?.protocol !== 'http' &&
    healthCheck?.protocol !== undefined &&
    healthCheck.path !== undefined
  )
    report(['healthCheck', 'path'], {
      found: `a path with protocol ${healthCheck.protocol}`,
      expected: 'no path, or protocol http',
    })
  sqlCheckFits(healthCheck, report)
}

/** What protocol sql needs, and what no other has a use for. */
function sqlCheckFits(healthCheck: TopologyDraft['healthCheck'], report: Report): void {
  const { protocol, sql } = healthCheck ?? {}
  if (protocol === 'sql' && sql?.user === undefined)
    report(['healthCheck', 'sql'], {
      found: 'no user with protocol sql',
      expected: 'healthCheck.sql.user: who logs in to run the query',
    })
  const given = (['user', 'passwordFile', 'database', 'expect'] as const).find(
    key => sql?.[key] !== undefined,
  )
  if (protocol !== undefined && protocol !== 'sql' && given !== undefined)
    report(['healthCheck', 'sql', given], {
      found: `sql.${given} with protocol ${protocol}`,
      expected: 'protocol sql, or none of healthCheck.sql',
    })
}

function nameServersDiffer({ dns }: TopologyDraft, report: Report): void {
  repeated(dns?.addresses ?? [], (index, first, address) => {
    report(['dns', 'addresses', index], {
      found: `${address} a second time`,
      expected: `an address of its own for each name server; addresses[${first}] is it`,
    })
  })
}

function nameServersHaveTheirPorts(draft: TopologyDraft, report: Report): void {
  const { dns, control, ports, clusters } = draft
  const addresses = dns?.addresses ?? dnsAddressesDefault
  const metricsAddresses = addresses.map((_, index) => dnsMetricsAddress(index))
  const check = (key: string, address: string | undefined, port: number | undefined): void => {
    if (address === undefined || port === undefined) return
    const isControls = address === controlAddress && port === control?.port
    const isNameServers = key !== 'port' && port === dns?.port && addresses.includes(address)
    const user = isControls
      ? 'control'
      : isNameServers
        ? 'a name server'
        : userOf(address, port, ports, clusters ?? [])
    if (user === undefined) return
    report(['dns', key], {
      found: `${address}:${port}, which ${user} uses`,
      expected: 'an address and a port that nothing else of Everport uses',
    })
  }
  for (const address of addresses) check('port', address, dns?.port)
  for (const address of metricsAddresses) check('metricsPort', address, dns?.metricsPort)
}

function balancerMetricsPortIsFree({ balancers, ports, clusters }: TopologyDraft, report: Report): void {
  const port = balancers?.metricsPort
  if (port === undefined) return
  const shared = Object.entries(ports ?? {}).find(([, taken]) => taken === port)?.[0]
  const owner = (clusters ?? []).find(cluster => auxiliaryPortsOf(cluster).includes(port))
  if (shared === undefined && owner === undefined) return
  report(['balancers', 'metricsPort'], {
    found: `${port}, which ${shared === undefined ? `is an auxiliary port of ${owner?.name ?? ''}` : `is ports.${shared}`}`,
    expected: 'a port that the balancers do not serve',
  })
}

function failbackFits({ failover }: TopologyDraft, report: Report): void {
  const { failback } = failover ?? {}
  if (failback === undefined) return
  const asked = failbackOf(failback)
  if (asked.kind !== 'delayed') return
  const { holdDownMsMin, holdDownMsMax } = switchingLimits
  if (asked.holdDownMs >= holdDownMsMin && asked.holdDownMs <= holdDownMsMax) return
  report(['failover', 'failback'], {
    found: quoted(failback),
    expected: 'automatic, manual, or a time from 1s to 24h',
  })
}

function userOf(
  address: string,
  port: number,
  ports: TopologyDraft['ports'],
  clusters: NonNullable<TopologyDraft['clusters']>,
): string | undefined {
  const isShared = Object.values(ports ?? {}).includes(port)
  for (const [index, cluster] of clusters.entries()) {
    if (!isShared && !auxiliaryPortsOf(cluster).includes(port)) continue
    for (const zone of cluster?.zones ?? []) {
      if (zone === undefined) continue
      const letter = zoneLetter(zone)
      if (address === balancerAddress(index + 1, letter)) return `the balancer of ${cluster?.name ?? ''}`
      for (let node = 1; node <= (cluster?.nodesPerZone ?? 0); node++)
        if (address === nodeAddress(index + 1, letter, node)) return `a node of ${cluster?.name ?? ''}`
    }
  }
  return undefined
}

function catalogExists(
  { catalog }: TopologyDraft,
  report: Report,
  fileExists: (path: string) => boolean,
): void {
  if (catalog === undefined || fileExists(catalog)) return
  report(['catalog'], {
    found: `${quoted(catalog)}, which is no readable file`,
    expected: 'an SQL file, by its path from the folder of this file',
  })
}

function nodeCount(cluster: ClusterDraft | undefined): number | undefined {
  const { zones, nodesPerZone } = cluster ?? {}
  return zones === undefined || nodesPerZone === undefined ? undefined : zones.length * nodesPerZone
}

function auxiliaryPortsOf(cluster: ClusterDraft | undefined): readonly (number | undefined)[] {
  return (
    cluster?.auxiliaryPorts ??
    Array.from({ length: nodeCount(cluster) ?? 0 }, (_, order) => defaultAuxiliaryPort(order))
  )
}

function indexesWhere<T>(items: readonly T[], fits: (item: T) => boolean): number[] {
  return items.flatMap((item, index) => (fits(item) ? [index] : []))
}

/** Tells of each item that stood in the list before, and where it stood first. */
function repeated<T>(
  items: readonly (T | undefined)[],
  tell: (index: number, first: number, item: T) => void,
): void {
  items.forEach((item, index) => {
    const first = items.indexOf(item)
    if (item !== undefined && first < index) tell(index, first, item)
  })
}
