import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { allHealthy } from '../../src/dns/routing/verdict.ts'
import { type ServerSettings, serverPolicies } from '../../src/dns/server/server-policies.ts'
import { zoneSnapshot } from '../../src/dns/zone/zone-snapshot.ts'
import { systemClock } from '../../src/io/clock.ts'
import { systemRandom } from '../../src/io/random.ts'
import { failoverDocuments, snapshotOf, values } from '../../src/testing/dns-documents.ts'
import { requireTool } from '../required-tool.ts'
import { startOwnDns } from './own-dns.ts'

const run = promisify(execFile)

type Dig = (question: string) => Promise<string>

async function dig(context: TestContext, settings?: ServerSettings): Promise<Dig> {
  const text = Array.from({ length: 30 }, (_, i) => `"${String(i).padEnd(100, 'x')}"`)
  const documents = failoverDocuments([values('long.demo.test.', 'TXT', ...text)])
  const zones = zoneSnapshot(await snapshotOf(documents), allHealthy)
  const policies =
    settings === undefined ? {} : { policies: serverPolicies(settings, systemClock, systemRandom()) }
  const server = await startOwnDns(context, () => zones, policies)
  return async question => {
    const options = [`@${server.at.address}`, '-p', String(server.at.port), '+tries=1', '+time=5']
    const { stdout } = await run('dig', [...options, ...question.split(' ')])
    return stdout
  }
}

interface Row {
  readonly ask: string
  /** Each is found in what dig prints. */
  readonly shows: readonly RegExp[]
  readonly lacks?: readonly RegExp[]
}

const noError = /status: NOERROR/
const aa = /flags: qr aa[; ]/
const soa = /\sSOA\sns1\.demo\.test\. hostmaster\.demo\.test\. \d+ 7200 900 1209600 86400/
const opt = /EDNS: version: 0, flags:(?: do)?; udp: 1232/

/** What RFC 8906 section 8 asks of every server, in its order, then what is ours. */
const rows: readonly Row[] = [
  { ask: '+norec +noedns soa demo.test', shows: [noError, aa, soa], lacks: [/EDNS/, /WARNING/] },
  { ask: '+norec +noedns type1000 demo.test', shows: [noError, aa, /ANSWER: 0, AUTHORITY: 1/] },
  { ask: '+norec +noedns +cdflag soa demo.test', shows: [noError, aa, soa] },
  { ask: '+norec +noedns +zflag soa demo.test', shows: [noError, aa, soa], lacks: [/MBZ/] },
  { ask: '+norec +noedns +adflag soa demo.test', shows: [noError, aa, soa], lacks: [/flags:[^;]* ad/] },
  {
    ask: '+rec +noedns soa demo.test',
    shows: [noError, /flags: qr aa rd;/, /recursion requested but not available/],
  },
  {
    ask: '+norec +noedns +opcode=15 +header-only demo.test',
    shows: [/status: NOTIMP/, /opcode: RESERVED15/],
    lacks: [/flags:[^;]* aa/],
  },
  { ask: '+norec +noedns +tcp soa demo.test', shows: [noError, aa, soa, /\(TCP\)/] },
  { ask: '+norec +edns=0 +nocookie soa demo.test', shows: [noError, aa, soa, opt] },
  { ask: '+norec +edns=1 +noednsneg +nocookie soa demo.test', shows: [/status: BADVERS/, opt, /ANSWER: 0/] },
  {
    ask: '+norec +edns=0 +ednsopt=100 +nocookie soa demo.test',
    shows: [noError, soa, opt],
    lacks: [/OPT=100/],
  },
  {
    ask: '+norec +edns=0 +ednsflags=0x40 +nocookie soa demo.test',
    shows: [noError, soa, opt],
    lacks: [/MBZ/],
  },
  { ask: '+norec +edns=1 +noednsneg +ednsopt=100 +nocookie soa demo.test', shows: [/status: BADVERS/, opt] },
  {
    ask: '+norec +edns=1 +noednsneg +dnssec +nocookie soa demo.test',
    shows: [/status: BADVERS/, /flags: do; udp: 1232/],
  },
  {
    ask: '+norec +edns=100 +noednsneg +ednsflags=0x40 +nocookie soa demo.test',
    shows: [/status: BADVERS/, opt],
  },
  { ask: '+norec +dnssec +nocookie soa demo.test', shows: [noError, soa, /flags: do; udp: 1232/] },
  { ask: '+norec +dnssec +nsid +cookie +expire +subnet=0.0.0.0/0 soa demo.test', shows: [noError, soa, opt] },
  {
    ask: '+norec +bufsize=512 +ignore txt long.demo.test',
    shows: [/flags: qr aa tc;/, /ANSWER: 0, AUTHORITY: 0/],
  },
  { ask: '+norec txt long.demo.test', shows: [/Truncated, retrying in TCP/, /ANSWER: 30/] },
  {
    ask: 'data.demo.test',
    shows: [noError, /data\.demo\.test\.\s+5\s+IN\s+A\s+127\.0\.1\.1/, /127\.0\.1\.2/],
  },
  { ask: 'DATA.demo.TEST', shows: [/^DATA\.demo\.TEST\.\s+5\s+IN\s+A/m] },
  { ask: 'a.passive.elb.demo.test', shows: [/\s127\.0\.2\.1\n/] },
  { ask: 'aaaa data.demo.test', shows: [noError, aa, soa, /ANSWER: 0, AUTHORITY: 1/] },
  { ask: 'missing.demo.test', shows: [/status: NXDOMAIN/, aa, soa] },
  { ask: 'any data.demo.test', shows: [noError, /HINFO\s+"RFC8482" ""/] },
  { ask: '+notcp any data.demo.test', shows: [noError, /HINFO\s+"RFC8482" ""/] },
  { ask: 'example.org', shows: [/status: REFUSED/, /ANSWER: 0, AUTHORITY: 0/], lacks: [/flags:[^;]* aa/] },
  { ask: 'chaos txt version.bind', shows: [/status: REFUSED/] },
  { ask: 'axfr demo.test', shows: [/Transfer failed/] },
  { ask: 'ixfr=1 demo.test', shows: [/Transfer failed|status: REFUSED/] },
]

/** With everything on that an operator may turn on. */
const told: readonly Row[] = [
  { ask: '+norec +nocookie soa demo.test', shows: [noError, soa, opt], lacks: [/COOKIE|NSID|CLIENT-SUBNET/] },
  { ask: '+norec +nocookie +nsid soa demo.test', shows: [noError, soa, /NSID:.*\("dns-1"\)/] },
  { ask: '+norec +cookie soa demo.test', shows: [noError, soa, /COOKIE: [0-9a-f]{48} \(good\)/] },
  { ask: '+norec +cookie=0123456789abcdef soa demo.test', shows: [/COOKIE: 0123456789abcdef[0-9a-f]{32}/] },
  {
    ask: '+norec +nocookie +subnet=198.51.100.0/24 a data.demo.test',
    shows: [noError, /CLIENT-SUBNET: 198\.51\.100\.0\/24\/0/],
  },
  {
    ask: '+norec +nocookie +subnet=2001:db8::/48 a data.demo.test',
    shows: [/CLIENT-SUBNET: 2001:db8::\/48\/0/],
  },
  { ask: '+norec +nocookie +subnet=0.0.0.0/0 a data.demo.test', shows: [/CLIENT-SUBNET: 0\.0\.0\.0\/0\/0/] },
  { ask: '+norec +tcp +keepalive soa demo.test', shows: [noError, /TCP KEEPALIVE: \d+\.\d secs/] },
  { ask: '+norec +nocookie +keepalive soa demo.test', shows: [noError], lacks: [/KEEPALIVE/] },
  { ask: '+norec +nocookie a example.org', shows: [/status: REFUSED/, /EDE: 20 \(Not Authoritative\)/] },
  { ask: '+norec chaos txt id.server', shows: [noError, aa, /id\.server\.\s+0\s+CH\s+TXT\s+"dns-1"/] },
  { ask: '+norec chaos txt VERSION.bind', shows: [noError, /CH\s+TXT\s+"Everport 1"/] },
  { ask: '+norec chaos txt authors.bind', shows: [/status: REFUSED/] },
  {
    ask: '+norec +dnssec +nsid +cookie +expire +subnet=0.0.0.0/0 +padding=128 soa demo.test',
    shows: [noError, soa, /NSID/, /COOKIE: .*good/],
  },
  {
    ask: '+norec +bufsize=512 +ignore +nsid +cookie +subnet=198.51.100.0/24 txt long.demo.test',
    shows: [/flags: qr aa tc;/, /NSID/, /\(good\)/],
  },
]

const cookieRequired: readonly Row[] = [
  { ask: '+norec +cookie soa demo.test', shows: [noError, soa, /COOKIE: .*\(good\)/] },
  { ask: '+norec +cookie +nobadcookie soa demo.test', shows: [/status: BADCOOKIE/, /ANSWER: 0/] },
  { ask: '+norec +nocookie +ignore soa demo.test', shows: [/flags: qr(?: aa)? tc;/, /ANSWER: 0/] },
  { ask: '+norec +nocookie soa demo.test', shows: [/Truncated, retrying in TCP/, noError, soa] },
  { ask: '+norec +noedns +ignore soa demo.test', shows: [/flags: qr(?: aa)? tc;/, /ANSWER: 0/] },
]

test('dig', context => tryRows(context, rows))

test('dig where the server tells of itself', context =>
  tryRows(context, told, { identity: 'dns-1', version: 'Everport 1' }))

test('dig where cookies are required', context => tryRows(context, cookieRequired, { cookies: 'required' }))

async function tryRows(
  context: TestContext,
  tried: readonly Row[],
  settings?: ServerSettings,
): Promise<void> {
  if (!requireTool(context, 'dig')) return
  const ask = await dig(context, settings)
  for (const row of tried) {
    await context.test(row.ask, async () => {
      const shown = await ask(row.ask)
      for (const expected of row.shows) assert.match(shown, expected)
      for (const unwanted of [
        ...(row.lacks ?? []),
        /malformed|Warning: ID mismatch|Question section mismatch/,
      ])
        assert.doesNotMatch(shown, unwanted)
    })
  }
}
