import assert from 'node:assert/strict'
import { bitAt, parseAddress, parsePrefix } from '../../src/base/ip-address.ts'
import { below, choose, fraction, type Random, seededRandom, shuffled } from '../../src/base/random.ts'
import type { Place } from '../../src/dns/routing/geolocation.ts'
import { type NetworkRow, networkTable } from '../../src/dns/routing/network-table.ts'
import type { ObservedHealth } from '../../src/dns/routing/verdict.ts'
import { answer } from '../../src/dns/server/answer.ts'
import { decodeMessage, emptyMessage, encodeMessage } from '../../src/dns/wire/message.ts'
import { explainAnswer } from '../../src/dns/zone/explain-answer.ts'
import type { ExplainedGroup } from '../../src/dns/zone/explanation.ts'
import { nextZoneSnapshot, type ZoneSnapshot, zoneSnapshot } from '../../src/dns/zone/zone-snapshot.ts'
import {
  type CidrCollectionDocument,
  cidrCollectionKey,
  type LatencyDocument,
  latencyKey,
} from '../../src/resources/dns.ts'
import { memoryStore } from '../../src/store/memory-store.ts'
import type { Snapshot } from '../../src/store/store.ts'
import { clusterDocuments } from '../../src/testing/cluster-documents.ts'
import { type RecordSetFields, zoneDocuments } from '../../src/testing/dns-documents.ts'
import { type Known, possibleAnswers } from './routing-reference.ts'
import { checkIds, cidrLocations, places, randomZone, regions, routingZoneId } from './routing-zone.ts'
import { between } from './world.ts'

export interface RoutingCounts {
  queries: number
  answered: number
  switches: number
  lost: number
  stale: number
  steered: number
}

const balancers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  active: { a: '10.1.0.1', b: '10.1.0.2' },
  passive: { a: '10.2.0.1', b: '10.2.0.2' },
}
/** What may be healthy or not: checks, load balancers, their zones. */
const subjects = [
  ...checkIds,
  ...Object.entries(balancers).flatMap(([name, zones]) => [
    name,
    ...Object.keys(zones).map(zone => `${name}/${zone}`),
  ]),
]

interface Word {
  readonly subject: string
  readonly healthy: boolean
  readonly version: number
}

/** One server: what it heard, and what it serves by that. */
interface Server {
  heard: Map<string, Word>
  zones: ZoneSnapshot | undefined
}

interface Networks {
  readonly geo: readonly (readonly [network: string, place: readonly [string, string, string]])[]
  readonly cidr: readonly (readonly [network: string, location: string])[]
  readonly latency: readonly (readonly [network: string, milliseconds: Readonly<Record<string, number>>])[]
  readonly otherwise: Readonly<Record<string, number>>
}

/**
 * A zone of random trees, served by a few processes that hear of health by words that are lost, late and out of order, and that die. Each must
 * answer as the truth tables say of what it has heard, whatever is true.
 */
export async function simulateRouting(seed: number): Promise<RoutingCounts> {
  const random = seededRandom(seed)
  const counts: RoutingCounts = { queries: 0, answered: 0, switches: 0, lost: 0, stale: 0, steered: 0 }
  const { records, names } = randomZone(random)
  const networks = randomNetworks(random)
  const resources = await snapshotOf(records, networks)
  const geo = geoTable(networks)
  const servers: Server[] = Array.from({ length: between(random, 1, 3) }, () => ({
    heard: new Map(),
    zones: undefined,
  }))
  const truth = new Map<string, Word>()
  const unsteady = shuffled(random, subjects).slice(0, between(random, 2, 6))
  const underway: { readonly to: Server; readonly word: Word }[] = []

  // Not all begins in health.
  for (const subject of subjects) truth.set(subject, { subject, healthy: fraction(random) < 0.6, version: 1 })
  for (const server of servers) server.heard = new Map(truth)
  const probes = Array.from({ length: 6 }, () => ({
    name: choose(random, names) ?? '',
    client: randomClient(random, networks),
    turn: random.uint32(),
  }))
  const probed = (zones: ZoneSnapshot): string =>
    probes.map(({ name, client, turn }) => asked(zones, name, client, turn).join(' ')).join('; ')

  const serve = (server: Server): void => {
    const before = server.zones?.zones.find(zone => zone.name === 'demo.test.')
    const answersBefore = server.zones === undefined ? '' : probed(server.zones)
    const health = healthOf(server.heard)
    server.zones =
      server.zones === undefined
        ? zoneSnapshot(resources, health, undefined, { geo })
        : nextZoneSnapshot(server.zones, resources, new Set(), health, { geo })
    const after = server.zones.zones.find(zone => zone.name === 'demo.test.')
    assert.deepEqual(server.zones.problems, [])
    if (before === undefined || after === undefined) return
    const isChanged = before.digest !== after.digest
    assert.equal(after.serial > before.serial, isChanged, 'the serial goes up with the content and only then')
    if (probed(server.zones) === answersBefore) return
    counts.switches++
    assert.ok(isChanged, `seed ${seed}: answers changed and the serial did not`)
  }
  const hear = (server: Server, word: Word): void => {
    // A late word never overrides a newer one.
    if ((server.heard.get(word.subject)?.version ?? -1) >= word.version) {
      counts.stale++
      return
    }
    server.heard.set(word.subject, word)
    if (server.zones !== undefined) serve(server)
  }
  const step = (): void => {
    const dice = below(random, 10)
    const server = choose(random, servers)
    if (server === undefined) return
    if (dice < 4) {
      const subject = choose(random, unsteady) ?? ''
      const last = truth.get(subject)
      const word = { subject, healthy: !(last?.healthy ?? true), version: (last?.version ?? 0) + 1 }
      truth.set(subject, word)
      for (const to of servers) {
        if (fraction(random) < 0.15) counts.lost++
        else underway.push({ to, word })
      }
    } else if (dice < 8) {
      const [taken] = underway.splice(below(random, underway.length), 1)
      if (taken !== undefined) hear(taken.to, taken.word)
    } else if (dice === 8) {
      // Dead, and forgets everything.
      server.zones = undefined
      server.heard = new Map()
    }
    for (const one of servers) if (one.zones === undefined && fraction(random) < 0.7) serve(one)
    for (const one of servers) if (one.zones !== undefined) query(one, one.zones)
  }
  const query = (server: Server, zones: ZoneSnapshot): void => {
    const name = choose(random, names) ?? ''
    const client = randomClient(random, networks)
    const turn = random.uint32()
    const known = knownTo(server.heard, records, networks)
    const addresses = asked(zones, name, client, turn)
    const possible = possibleAnswers(known, name, client)
    counts.queries++
    const where = `seed ${seed}: ${name} for ${client} answers ${addresses.join(' ') || 'nothing'}`
    if (possible.length === 0) assert.deepEqual(addresses, [], where)
    else {
      counts.answered++
      const isPossible = possible.some(
        ({ from, count }) => addresses.length === count && addresses.every(one => from.includes(one)),
      )
      assert.ok(isPossible, `${where}; expected ${JSON.stringify(possible)}`)
      assert.equal(new Set(addresses).size, addresses.length, where)
    }
    checkExplanation(zones, name, client, turn, addresses, counts)
  }
  for (let steps = between(random, 20, 60); steps > 0; steps--) step()
  // Heal: whoever hears everything agrees with everyone who does.
  for (const server of servers) {
    server.heard = new Map(truth)
    serve(server)
  }
  const [digest] = servers.map(server => server.zones?.zones.map(zone => zone.digest).join())
  for (const server of servers) assert.equal(server.zones?.zones.map(zone => zone.digest).join(), digest)
  for (const name of names) {
    const client = randomClient(random, networks)
    const turn = random.uint32()
    const answers = servers.map(server => server.zones && asked(server.zones, name, client, turn).join())
    assert.equal(
      new Set(answers).size,
      1,
      `seed ${seed}: servers that know the same answer ${answers.join(' or ')}`,
    )
  }
  return counts
}

function asked(zones: ZoneSnapshot, name: string, client: string, turn: number): string[] {
  const query = encodeMessage({ ...emptyMessage, id: 1, questions: [{ name, type: 1, class: 1 }] })
  const reply = answer(query, zones, { by: 'tcp', source: { address: client }, turn })
  assert.ok(reply !== undefined)
  const message = decodeMessage(reply)
  assert.equal(message.rcode, 0)
  return message.answers.map(({ data }) => (data.type === 'A' ? data.address : data.type))
}

/** It says what is answered, by branches that it calls chosen; and who shares the client's scope is answered alike. */
function checkExplanation(
  zones: ZoneSnapshot,
  name: string,
  client: string,
  turn: number,
  answers: readonly string[],
  counts: RoutingCounts,
): void {
  const address = parseAddress(client) ?? new Uint8Array(4)
  const family = address.length === 4 ? 4 : 6
  const source = {
    address: '192.0.2.53',
    subnet: { family, prefixBits: address.length * 8, address },
  } as const
  const { answers: explained, tree, scopeBits } = explainAnswer(zones, name, 'A', source, turn)
  const values = explained.map(({ value }) => value)
  assert.deepEqual([...values].sort(), [...answers].sort())
  if (tree !== undefined) assert.deepEqual(chosenValues(tree).sort(), [...answers].sort())
  if (scopeBits === 0) return
  counts.steered++
  const neighbour = address.map((byte, i) => (i * 8 + 8 <= scopeBits ? byte : mixed(byte, scopeBits - i * 8)))
  const other = explainAnswer(
    zones,
    name,
    'A',
    { ...source, subnet: { ...source.subnet, address: neighbour } },
    turn,
  )
  assert.deepEqual(
    other.answers,
    explained,
    `${name}: ${client} and ${neighbour.join('.')} share ${scopeBits} bits`,
  )
  assert.equal(other.scopeBits, scopeBits)
}

/** Keeps the first `bits` and turns the others over. */
function mixed(byte: number, bits: number): number {
  return bits <= 0 ? byte ^ 0xff : byte ^ (0xff >> Math.min(8, bits))
}

function chosenValues({ branches }: ExplainedGroup): string[] {
  return branches
    .filter(({ isChosen }) => isChosen)
    .flatMap(({ leadsTo }) => {
      if (leadsTo.kind === 'group') return chosenValues(leadsTo.group)
      return 'values' in leadsTo ? [...leadsTo.values] : []
    })
}

function healthOf(heard: ReadonlyMap<string, Word>): ObservedHealth {
  const verdict = (subject: string) => {
    const healthy = heard.get(subject)?.healthy ?? true
    return { healthy, reason: `${subject} ${healthy ? 'up' : 'down'}` }
  }
  return {
    healthCheck: verdict,
    loadBalancer: verdict,
    zone: (loadBalancer, zone) => verdict(`${loadBalancer}/${zone}`),
  }
}

function knownTo(
  heard: ReadonlyMap<string, Word>,
  records: readonly RecordSetFields[],
  networks: Networks,
): Known {
  const isUp = (subject: string): boolean => heard.get(subject)?.healthy ?? true
  return {
    records,
    isCheckHealthy: isUp,
    isBalancerHealthy: isUp,
    balancerAddresses(name) {
      const zones = Object.entries(balancers[name] ?? {})
      const healthy = zones.filter(([zone]) => isUp(`${name}/${zone}`))
      return (healthy.length > 0 ? healthy : zones).map(([, address]) => address)
    },
    place: client => holding(networks.geo, client)[0],
    locations: client => holding(networks.cidr, client),
    latency: (client, region) =>
      (holding(networks.latency, client)[0] ?? networks.otherwise)[region] ?? Number.POSITIVE_INFINITY,
  }
}

/** Values of the networks that hold the client, the longest first. Looks at each. */
function holding<T>(networks: readonly (readonly [network: string, value: T])[], client: string): T[] {
  const bits = (text: string): string =>
    [...(parseAddress(text) ?? [])].map(byte => byte.toString(2).padStart(8, '0')).join('')
  return networks
    .map(([network, value]) => {
      const [address = '', length = '0'] = network.split('/')
      return { prefix: bits(address).slice(0, Number(length)), isSix: address.includes(':'), value }
    })
    .filter(({ prefix, isSix }) => isSix === client.includes(':') && bits(client).startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length)
    .map(({ value }) => value)
}

function randomNetworks(random: Random): Networks {
  const some = <T>(value: () => T): (readonly [string, T])[] => {
    const found = new Map(
      Array.from({ length: between(random, 0, 8) }, () => [randomNetwork(random), value()] as const),
    )
    return [...found]
  }
  const milliseconds = (): Record<string, number> =>
    Object.fromEntries(
      shuffled(random, regions)
        .slice(0, between(random, 0, 3))
        .map(region => [region, below(random, 5)]),
    )
  return {
    geo: some(() => choose(random, places) ?? places[0]),
    cidr: some(() => choose(random, cidrLocations) ?? 'office'),
    latency: some(milliseconds),
    otherwise: milliseconds(),
  }
}

/** Near each other, so that they often lie within each other. */
function randomNetwork(random: Random): string {
  const isSix = fraction(random) < 0.3
  const bytes = isSix ? [0x20, 1, 0xd, 0xb8, 0, ...randomBytes(random, 11)] : randomBytes(random, 4)
  const length = isSix ? between(random, 33, 48) : between(random, 1, 24)
  const kept = bytes.map((byte, i) => byte & ~(0xff >> Math.max(0, Math.min(8, length - i * 8))) & 0xff)
  return `${addressText(kept)}/${length}`
}

function randomBytes(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => choose(random, [0, 1, 128, 255]) ?? 0)
}

function addressText(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.')
  return Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  ).join(':')
}

function randomClient(random: Random, networks: Networks): string {
  const all = [...networks.geo, ...networks.cidr, ...networks.latency].map(([network]) => network)
  const prefix = parsePrefix(choose(random, all) ?? '')
  if (prefix === undefined || fraction(random) < 0.3) return addressText(randomBytes(random, 4))
  const { address, bits } = prefix
  const inside = [...address].map((byte, i) => {
    let made = byte
    for (let bit = i * 8; bit < i * 8 + 8; bit++)
      if (bit >= bits && bitAt(address, bit) === 0 && fraction(random) < 0.5) made |= 0x80 >> (bit - i * 8)
    return made
  })
  return addressText(inside)
}

function geoTable({ geo }: Networks) {
  const rows = geo.map(([network, [continent, country, subdivision]]): NetworkRow<Place> => {
    const prefix = parsePrefix(network)
    assert.ok(prefix !== undefined, network)
    return { prefix, value: { continent, country, subdivision } }
  })
  const table = networkTable(rows)
  assert.ok(table !== undefined)
  return table
}

async function snapshotOf(
  records: readonly RecordSetFields[],
  { cidr, latency, otherwise }: Networks,
): Promise<Snapshot> {
  const Locations: Record<string, string[]> = {}
  for (const [network, location] of cidr) (Locations[location] ??= []).push(network)
  const collection: CidrCollectionDocument = { CidrCollection: { Id: 'cidr', Name: 'all' }, Locations }
  const latencies: LatencyDocument = {
    networks: latency.map(([network, milliseconds]) => ({ network, milliseconds })),
    otherwise,
  }
  const clusters = Object.entries(balancers).map(([name, zones]) =>
    clusterDocuments({
      name,
      zones: Object.fromEntries(
        Object.entries(zones).map(([zone, balancer]) => [zone, { balancer, nodes: [] }]),
      ),
      ports: { odbc: 9996, web: 9090 },
    }),
  )
  const documents: Record<string, object> = Object.assign(
    {},
    ...clusters,
    zoneDocuments(routingZoneId, 'demo.test.', records),
    { [cidrCollectionKey('cidr')]: collection, [latencyKey]: latencies },
  )
  const store = memoryStore()
  await store.commit(
    [],
    Object.entries(documents).map(([key, value]) => ({ key, value })),
  )
  return store.read()
}
