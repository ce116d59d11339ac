import type { Source } from '../routing/source.ts'
import { flagBits, rcodes, wireLimits } from '../wire/codes.ts'
import type { Edns } from '../wire/edns.ts'
import { decodeQuery, type Malformed, type Query } from '../wire/query.ts'
import type { ZoneSnapshot } from '../zone/zone-snapshot.ts'
import { type EdnsOptions, ednsOptions, noOptions } from './edns-options.ts'
import { outcomeOf } from './outcome.ts'
import { hashOfName, type LimiterVerdict, type ReplyKind } from './rate-limiter.ts'
import { bareReply, emptySections, errorFlags, replyBytes, type Sections, writeReply } from './reply.ts'
import {
  putCookieOption,
  putErrorOption,
  putIdentityOption,
  putKeepaliveOption,
  putSubnetOption,
  replyOptions,
} from './reply-options.ts'
import type { ServerPolicies } from './server-policies.ts'

export interface Asked {
  readonly by: 'udp' | 'tcp'
  /** The sender; its subnet is read from the query. */
  readonly source: Source
  /** Any number; picks the order of several addresses. */
  readonly turn: number
}

const noPolicies: ServerPolicies = {}

/** Of the reply that is being made. One is made at a time and nothing here waits, so one serves all. */
const options = replyOptions()
const cookieReply = new Uint8Array(24)

/**
 * The reply to one message, or undefined when it gets none. Pure but for bytes remembered in the snapshot and accounts of the limiter,
 * and total: any bytes may come.
 *
 * | query                                     | reply                              |
 * |-------------------------------------------|------------------------------------|
 * | shorter than a header, or a response      | none                               |
 * | opcode other than QUERY                   | NOTIMP                             |
 * | not one question, broken, broken options  | FORMERR                            |
 * | EDNS version above 0                      | BADVERS                            |
 * | a cookie is demanded, and is not there    | BADCOOKIE, or TC to who sends none |
 * | class CHAOS, about us, and we may tell    | TXT                                |
 * | class other than IN, zone transfer        | REFUSED                            |
 * | TKEY, TSIG, MAILA, MAILB, OPT as a type   | NOTIMP; OPT: FORMERR               |
 * | name in none of our zones                 | REFUSED                            |
 * | any other                                 | from the zone (zone/compile-zone.ts) |
 * | any of these, too many of them by UDP     | none, or TC                        |
 */
export function answer(
  query: Uint8Array,
  zones: ZoneSnapshot,
  asked: Asked,
  policies: ServerPolicies = noPolicies,
): Uint8Array | undefined {
  return answerDecoded(query, decodeQuery(query), zones, asked, policies)
}

export function answerDecoded(
  bytes: Uint8Array,
  query: Query | Malformed,
  zones: ZoneSnapshot,
  asked: Asked,
  policies: ServerPolicies,
): Uint8Array | undefined {
  if (query === 'drop') return undefined
  if (typeof query === 'object') return answerQuery(bytes, query, zones, asked, policies)
  if (asked.by === 'udp' && limited(policies, asked, 'error', 0) === 'drop') return undefined
  return bareReply(bytes, query === 'format-error' ? rcodes.formatError : rcodes.notImplemented)
}

function answerQuery(
  bytes: Uint8Array,
  query: Query,
  zones: ZoneSnapshot,
  asked: Asked,
  policies: ServerPolicies,
): Uint8Array | undefined {
  options.length = 0
  const { edns } = query
  if (edns !== undefined && edns.version > 0) return refuse(bytes, query, rcodes.badVersion, asked, policies)
  const said =
    query.optionsEnd > query.optionsStart
      ? ednsOptions(bytes, query.optionsStart, query.optionsEnd)
      : noOptions
  if (said === 'format-error') return refuse(bytes, query, rcodes.formatError, asked, policies)
  const isTrusted = putOptions(said, asked, policies) || asked.by === 'tcp'
  if (!isTrusted && policies.mustHaveCookie === true)
    return said.cookie === undefined
      ? writeReply(bytes, query, emptySections(flagBits.response | flagBits.truncated), options)
      : writeReply(bytes, query, emptySections(errorFlags(rcodes.badCookie)), options, rcodes.badCookie)

  const source =
    said.subnet === undefined ? asked.source : { address: asked.source.address, subnet: said.subnet }
  const { sections, scopeBits, extendedError } = outcomeOf(query, zones, source, asked.turn, policies)
  if (said.subnetFamily !== undefined) putSubnetOption(options, said.subnetFamily, said.subnet, scopeBits)
  if (extendedError !== undefined) putErrorOption(options, extendedError)
  if (!isTrusted && policies.limiter !== undefined) {
    const kind = kindOf(query, zones, sections)
    const verdict = limited(policies, asked, kind, kind === 'answer' ? hashOfName(query.key) : 0)
    if (verdict === 'drop') return undefined
    if (verdict === 'truncate') return writeReply(bytes, query, withoutRecords(sections), options)
  }
  // All or nothing: part of a record set is worth less than none, and a client that sees TC comes back by TCP.
  const fits = replyBytes(query, sections, options) <= replyBytesMax(edns, asked)
  return writeReply(bytes, query, fits ? sections : withoutRecords(sections), options)
}

function refuse(
  bytes: Uint8Array,
  query: Query,
  rcode: number,
  asked: Asked,
  policies: ServerPolicies,
): Uint8Array | undefined {
  if (asked.by === 'udp' && limited(policies, asked, 'error', 0) === 'drop') return undefined
  return writeReply(bytes, query, emptySections(errorFlags(rcode)), options, rcode)
}

/** True when the sender's cookie shows that it gets what is sent to its address. */
function putOptions(said: EdnsOptions, asked: Asked, policies: ServerPolicies): boolean {
  if (said === noOptions) return false
  let isKnown = false
  if (said.cookie !== undefined && policies.cookies !== undefined) {
    isKnown = policies.cookies.check(said.cookie, asked.source.address, cookieReply)
    putCookieOption(options, cookieReply)
  }
  if (said.wantsIdentity && policies.identity !== undefined) putIdentityOption(options, policies.identity)
  // RFC 7828 section 3.2.1: by UDP it means nothing.
  if (said.wantsKeepalive && asked.by === 'tcp' && policies.idleTimeoutMs !== undefined)
    putKeepaliveOption(options, policies.idleTimeoutMs)
  return isKnown
}

function limited(policies: ServerPolicies, asked: Asked, kind: ReplyKind, name: number): LimiterVerdict {
  return policies.limiter?.decide(asked.source.address, kind, name) ?? 'send'
}

function kindOf(query: Query, zones: ZoneSnapshot, { flags, answers }: Sections): ReplyKind {
  const rcode = flags & flagBits.rcode
  if (rcode !== rcodes.noError && rcode !== rcodes.nameError) return 'error'
  return answers > 0 && zones.nodes.has(query.key) ? 'answer' : 'other'
}

function withoutRecords({ flags }: Sections): Sections {
  return emptySections(flags | flagBits.truncated)
}

function replyBytesMax(edns: Edns | undefined, { by }: Asked): number {
  if (by === 'tcp') return wireLimits.messageBytesMax
  if (edns === undefined) return wireLimits.plainUdpBytesMax
  // RFC 6891 section 6.2.3: less than 512 means 512.
  const asked = Math.max(edns.payloadBytesMax, wireLimits.plainUdpBytesMax)
  return Math.min(asked, wireLimits.ednsUdpBytesMax)
}
