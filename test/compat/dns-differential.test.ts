import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { below, choose, type Random, seededRandom } from '../../src/base/random.ts'
import { allHealthy } from '../../src/dns/routing/verdict.ts'
import { zoneSnapshot } from '../../src/dns/zone/zone-snapshot.ts'
import { systemRandom } from '../../src/io/random.ts'
import { snapshotOf } from '../../src/testing/dns-documents.ts'
import { requireTool } from '../required-tool.ts'
import type { ChildServer } from './child-server.ts'
import { type AskBy, askBytes, encodeQuery, type RawQuery } from './dns-ask.ts'
import { type Reply, readReply } from './dns-reply.ts'
import {
  labelsOf,
  masterFile,
  oddZones,
  randomName,
  randomZone,
  route53Documents,
  type TestZone,
} from './dns-zones.ts'
import { startOwnDns } from './own-dns.ts'
import { type MasterFiles, startKnot, startNsd } from './reference-servers.ts'

/**
 * The same zones served by us, by NSD and by Knot, and the same questions asked of all three. An answer is right when it is, field by
 * field, that of one of the two (where they differ from each other the RFCs leave room), or stands in `justified`.
 */
const seed = Number(process.env['EVERPORT_SEED'] ?? Math.floor(systemRandom().uint32() / 2))
const randomZones = 30
const questionsOfRandomZone = 100
const askTimeoutMs = 20_000
const togetherMax = 50

interface Asked {
  readonly name: string
  readonly type: number
  readonly query: Buffer
  readonly transport: AskBy['transport']
  readonly shown: string
}

test('answers are those of NSD or Knot, field by field', { timeout: 300_000 }, async t => {
  if (!requireTool(t, 'nsd') || !requireTool(t, 'knotd')) return
  t.diagnostic(`EVERPORT_SEED=${seed}`)
  const random = seededRandom(seed)
  const zones = [
    ...oddZones(),
    ...Array.from({ length: randomZones }, (_, i) => randomZone(random, `z${i}.test.`)),
  ]
  const ours = await serve(t, zones)
  const [nsd, knot] = await Promise.all([startNsd(t, ours.masterFiles), startKnot(t, ours.masterFiles)])
  const questions = [...oddQuestions(zones), ...randomQuestions(random, zones)]
  const names = new Set(zones.flatMap(zone => zone.records.map(record => record.name)))
  const differences: string[] = []
  const used = new Map<string, number>()
  for (let i = 0; i < questions.length; i += togetherMax) {
    await Promise.all(
      questions.slice(i, i + togetherMax).map(async asked => {
        const [own, byNsd, byKnot] = await Promise.all([ours.at, nsd.at, knot.at].map(at => reply(at, asked)))
        if (own === undefined || byNsd === undefined || byKnot === undefined)
          return void differences.push(`${asked.shown}: one of us, NSD and Knot did not answer`)
        const fault = faultOf(asked, own)
        if (fault !== undefined) differences.push(`${asked.shown}: ${fault}`)
        if (isSame(own, byNsd) || isSame(own, byKnot)) return
        const row = justified.find(({ holds }) => holds(asked, own, byNsd, name => names.has(name)))
        if (row === undefined) differences.push(showDifference(asked, own, byNsd, byKnot))
        else used.set(row.what, (used.get(row.what) ?? 0) + 1)
      }),
    )
  }
  t.diagnostic(`${questions.length} questions; justified: ${JSON.stringify(Object.fromEntries(used))}`)
  assert.ok(questions.length >= 2_000, `${questions.length} questions`)
  assert.deepEqual(differences.slice(0, 10), [], `${differences.length} differences; EVERPORT_SEED=${seed}`)
  for (const { what } of justified) assert.ok(used.has(what), `no question met the difference: ${what}`)
})

interface Served {
  readonly at: ChildServer['at']
  readonly masterFiles: MasterFiles
}

async function serve(t: TestContext, zones: readonly TestZone[]): Promise<Served> {
  const snapshot = zoneSnapshot(await snapshotOf(route53Documents(zones)), allHealthy)
  assert.deepEqual(snapshot.problems, [])
  const server = await startOwnDns(t, () => snapshot)
  const serialOf = (apex: string): number => snapshot.zones.find(zone => zone.name === apex)?.serial ?? 0
  return {
    at: server.at,
    masterFiles: Object.fromEntries(
      zones.map(zone => [zone.apex, masterFile(zone, serialOf(zone.apex))] as const),
    ),
  }
}

const types = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  TLSA: 52,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  ANY: 255,
  CAA: 257,
  TYPE1000: 1_000,
  TYPE65280: 65_280,
  TYPE65535: 65_535,
} as const
const typeCodes = Object.values(types)

let nextId = 0

function ask(name: string, type: number, more: Partial<RawQuery & { transport: 'tcp' }> = {}): Asked {
  nextId = (nextId + 1) & 0xffff
  const { transport = 'udp', ...query } = more
  const how = JSON.stringify(more)
  return {
    name,
    type,
    transport,
    query: encodeQuery({ id: nextId, labels: labelsOf(name), type, ...query }),
    shown: `${name} TYPE${type} ${how}`,
  }
}

const small = { payloadBytesMax: 512 }
const usual = { payloadBytesMax: 1_232 }
const large = { payloadBytesMax: 4_096 }

/** Every name of the odd zones, names above, below and beside it, with every type, by UDP and TCP. */
function oddQuestions(zones: readonly TestZone[]): Asked[] {
  const odd = zones.filter(zone => zone.apex.endsWith('odd.test.'))
  const names = new Set(odd.flatMap(zone => zone.records.flatMap(({ name }) => [name, ...around(name)])))
  for (const name of extraNames) names.add(name)
  const questions: Asked[] = []
  for (const name of names) {
    if (Buffer.concat(labelsOf(name)).length + labelsOf(name).length > 254) continue
    for (const type of typeCodes) questions.push(ask(name, type, { edns: usual }))
    questions.push(ask(name, types.TXT), ask(name, types.A, { transport: 'tcp' }))
  }
  for (const name of ['middle.odd.test.', 'long.odd.test.', 'many.odd.test.', 'bytes.odd.test.']) {
    for (const type of [types.TXT, types.A]) {
      questions.push(ask(name, type), ask(name, type, { transport: 'tcp' }))
      for (const edns of [{ payloadBytesMax: 0 }, small, usual, large, { payloadBytesMax: 65_535 }])
        questions.push(ask(name, type, { edns }), ask(name, type, { edns, transport: 'tcp' }))
    }
  }
  for (const name of ['HoSt.OdD.tEsT.', 'X.WiLd.odd.TEST.', 'MISSING.ODD.TEST.', 'NS1.CUT.ODD.TEST.'])
    for (const type of typeCodes) questions.push(ask(name, type, { edns: usual, recursionDesired: true }))
  for (const name of ['odd.test.', 'test.', '.', 'org.', 'host.odd.test.elsewhere.example.', 'dd.test.'])
    for (const type of [types.A, types.SOA, types.NS, types.DS, types.ANY]) questions.push(ask(name, type))
  for (const type of typeCodes)
    questions.push(ask('types.odd.test.', type, { edns: { ...large, dnssecOk: true }, transport: 'tcp' }))
  return questions
}

function around(name: string): string[] {
  const parent = name.slice(name.indexOf('.') + 1)
  return [parent, `x.${name}`, `x.y.${name}`, `*.${name}`, `x.${parent}`].filter(one => one.includes('odd'))
}

const extraNames = [
  'x.under.*.star.odd.test.',
  '*.star.odd.test.',
  'y.star.odd.test.',
  'a.*.wild2.odd.test.',
  'a.b.wild2.odd.test.',
  'sub.cut.wild.odd.test.',
  'x.sub.cut.wild.odd.test.',
  'a\\046b\\.odd.test.',
  'a.b.odd.test.',
  'A\\032B.odd.test.',
]

function randomQuestions(random: Random, zones: readonly TestZone[]): Asked[] {
  return zones
    .filter(zone => zone.apex.startsWith('z'))
    .flatMap(zone =>
      Array.from({ length: questionsOfRandomZone }, () => {
        const known = choose(random, zone.records)?.name ?? zone.apex
        const name = below(random, 3) === 0 ? known : randomName(random, zone.apex, 5)
        const type = choose(random, [1, 1, 1, 2, 5, 15, 16, 28, 43, 6, 1_000]) ?? 1
        const edns = choose(random, [undefined, small, usual, large])
        const transport = below(random, 10) === 0 ? ({ transport: 'tcp' } as const) : {}
        return ask(name, type, { ...(edns === undefined ? {} : { edns }), ...transport })
      }),
    )
}

async function reply(at: ChildServer['at'], asked: Asked): Promise<Reply | undefined> {
  const bytes = await askBytes(at, asked.query, { transport: asked.transport, timeoutMs: askTimeoutMs })
  return bytes === undefined ? undefined : readReply(bytes)
}

const isReferral = (found: Reply): boolean =>
  found.rcode === 0 && !found.authoritative && found.answers.length === 0

/**
 * What two answers must share. Left out, as every server is free there: the records of a truncated reply (RFC 2181 section 9 has the client
 * ignore them), and what a positive answer adds in authority and additional section (RFC 1034 section 4.3.2 steps 3 and 6, "useful").
 */
function compared(found: Reply): object {
  const { rcode, authoritative, truncated, recursionDesired, recursionAvailable, question } = found
  const head = { rcode, authoritative, truncated, recursionDesired, recursionAvailable, question }
  const hasEdns = found.edns !== undefined
  if (truncated) return { ...head, hasEdns }
  const isNegative = found.authorities.some(record => record.includes(' TYPE6 '))
  return {
    ...head,
    hasEdns,
    answers: [...new Set(found.answers)].sort(),
    authorities: isReferral(found) || isNegative ? [...found.authorities].sort() : [],
    additionals: isReferral(found) ? [...found.additionals].sort() : [],
  }
}

function isSame(a: Reply, b: Reply): boolean {
  return JSON.stringify(compared(a)) === JSON.stringify(compared(b))
}

/** What must hold of our answer whatever others do. */
function faultOf(asked: Asked, own: Reply): string | undefined {
  if (own.truncated && own.answers.length + own.authorities.length > 0) return 'part of an answer beside TC'
  if (new Set(own.answers).size !== own.answers.length) return `a record twice: ${own.answers.join(', ')}`
  if (asked.transport === 'tcp' && own.truncated) return 'TC by TCP'
  let owner = own.question.split(' ')[0]?.toLowerCase()
  for (const record of own.answers) {
    const [name, , type, target] = record.split(' ')
    if (name !== owner) return `a chain out of order: ${own.answers.join(', ')}`
    if (type === 'TYPE5') owner = target
  }
  return undefined
}

interface Justified {
  readonly what: string
  readonly why: string
  /** `exists`: whether a zone has a record set of this name. */
  holds(asked: Asked, own: Reply, nsd: Reply, exists: (name: string) => boolean): boolean
}

const isAlias = (record: string): boolean => record.includes(' TYPE5 ')

/** A CNAME whose target owns one of the others: where all do, they go round. */
function leadsTo(alias: string, others: readonly string[]): boolean {
  return others.some(other => other.split(' ')[0] === alias.split(' ')[3])
}

const justified: readonly Justified[] = [
  {
    what: 'ANY is answered with HINFO',
    why: 'RFC 8482 section 4.2',
    holds: ({ type }, own) =>
      type === types.ANY &&
      own.rcode === 0 &&
      own.answers.length === 1 &&
      own.answers[0]?.endsWith(' 3600 TYPE13 075246433834383200') === true,
  },
  {
    what: 'a circle of CNAMEs through a wildcard ends one turn earlier',
    why: 'RFC 1034 section 3.6.2: circles are an error, which the resolver finds by itself (section 5.2.2)',
    holds: (_, own, nsd) =>
      own.rcode === 0 &&
      own.answers.length > 0 &&
      own.authorities.length === 0 &&
      nsd.answers.every(record => isAlias(record) && leadsTo(record, nsd.answers)) &&
      own.answers.every(record => nsd.answers.includes(record)),
  },
  {
    what: 'a CNAME that leads into another zone of this server is not followed, for RRSIG and NSEC neither',
    why: 'RFC 1034 section 4.3.2 step 3a lets a server go on; resolvers ask again in any case. NSD goes on; Knot does not, but has its own way with these two',
    holds: ({ type, name }, own, nsd) =>
      (type === types.RRSIG || type === types.NSEC) &&
      ['to-child.odd.test.', 'up.child.odd.test.'].includes(name) &&
      own.authorities.length === 0 &&
      isDeepStrictEqual(own.answers, nsd.answers),
  },
  {
    what: 'no glue is made from a wildcard below a cut',
    why: 'RFC 4592 section 2.2.2: a wildcard answers where the zone has authority; glue is optional then (RFC 9471 section 2.2)',
    holds: (_, own, nsd, exists) =>
      isReferral(own) &&
      isDeepStrictEqual([...own.authorities].sort(), [...nsd.authorities].sort()) &&
      own.additionals.every(record => nsd.additionals.includes(record)) &&
      nsd.additionals.every(
        record => own.additionals.includes(record) || !exists(record.split(' ')[0] ?? ''),
      ),
  },
]

function showDifference(asked: Asked, ...replies: readonly Reply[]): string {
  const [own, nsd, knot] = replies.map(found => JSON.stringify({ ...compared(found), bytes: found.bytes }))
  return `${asked.shown}\n  ours ${own}\n  NSD  ${nsd}\n  Knot ${knot}`
}
