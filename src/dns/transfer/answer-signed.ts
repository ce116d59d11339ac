import { flagBits, rcodes, types, wireLimits } from '../wire/codes.ts'
import { decodeMessage } from '../wire/message.ts'
import { type NameKey, nameKey } from '../wire/name.ts'
import type { Query } from '../wire/query.ts'
import { uint16At } from '../wire/reader.ts'
import { WireError } from '../wire/wire-error.ts'
import type { ZoneSnapshot } from '../zone/zone-snapshot.ts'
import { soaMessage, transferMessages } from './transfer-messages.ts'
import { errorReply, signMessage, tsigChain, tsigErrorReply, tsigErrors, verifyTsig } from './tsig.ts'
import type { TsigKey, TsigKeys } from './tsig-key.ts'
import { type SignedMessage, takeTsig } from './tsig-record.ts'
import { type ZoneRecords, zoneRecords } from './zone-records.ts'

/** What signed queries and transfers are answered from. */
export interface TransferView {
  readonly keys: TsigKeys
  readonly zones: ZoneSnapshot
  /** By zone: the keys that may copy it. */
  readonly allowed: (zone: NameKey) => ReadonlySet<NameKey> | undefined
  readonly nowSeconds: () => number
  /** Answers a query that is not signed. */
  readonly answer: (message: Uint8Array) => Uint8Array | undefined
  /** False: strangers were told often enough for now. */
  readonly mayRefuse: () => boolean
}

/**
 * The replies to one message that is signed or asks for a transfer; undefined: as to any other query.
 *
 * | message                                   | replies                                                  |
 * |-------------------------------------------|----------------------------------------------------------|
 * | transfer, not signed                      | as any other query: REFUSED                              |
 * | signature not well-formed                 | FORMERR                                                  |
 * | signature not accepted                    | NOTAUTH with BADKEY, BADSIG, BADTIME or BADTRUNC         |
 * | signed, any other type                    | the usual answer, signed                                 |
 * | signed transfer of a zone that is not here| NOTAUTH, signed                                          |
 * | signed, the zone does not allow the key   | REFUSED, signed                                          |
 * | AXFR by UDP                               | REFUSED, signed (RFC 5936 section 4.2)                   |
 * | IXFR by UDP, or with our serial           | the SOA alone, signed                                    |
 * | AXFR, IXFR                                | the zone, each message signed                            |
 */
export function answerSigned(
  bytes: Uint8Array,
  query: Query,
  by: 'udp' | 'tcp',
  view: TransferView,
): Iterable<Uint8Array> | undefined {
  if (!query.isSigned) return undefined
  const signed = takeTsig(bytes)
  if (signed === undefined)
    return view.mayRefuse() ? [errorReply(bytes, query.questionEnd, rcodes.formatError)] : []
  const now = view.nowSeconds()
  const verified = verifyTsig(signed, view.keys, now)
  if (verified.kind !== 'verified' && !view.mayRefuse()) return []
  switch (verified.kind) {
    case 'malformed':
      return [errorReply(signed.message, query.questionEnd, rcodes.formatError)]
    case 'refused':
      return [tsigErrorReply(signed, verified, query.questionEnd, now)]
    case 'verified':
      return answerVerified(signed, verified.key, query, by, view)
  }
}

function answerVerified(
  { message, tsig }: SignedMessage,
  key: TsigKey,
  query: Query,
  by: 'udp' | 'tcp',
  view: TransferView,
): Iterable<Uint8Array> {
  const once = (reply: Uint8Array): Iterable<Uint8Array> => [
    signMessage(reply, key, view.nowSeconds(), { requestMac: tsig.mac }),
  ]
  const error = (rcode: number): Iterable<Uint8Array> => once(errorReply(message, query.questionEnd, rcode))
  if (query.type !== types.axfr && query.type !== types.ixfr) {
    const reply = view.answer(message)
    return reply === undefined ? [] : once(withinBounds(reply, query, by))
  }
  const zone = zoneRecords(view.zones, query.key)
  if (zone === undefined) return error(tsigErrors.notAuthoritative)
  if (view.allowed(query.key)?.has(nameKey(key.name)) !== true) return error(rcodes.refused)
  const asked = { request: message, questionEnd: query.questionEnd, edns: query.edns }
  if (query.type === types.ixfr && (by === 'udp' || isNewest(message, zone)))
    return once(soaMessage(asked, zone))
  if (by === 'udp') return error(rcodes.refused)
  return signedEach(transferMessages(asked, zone), tsigChain(key, tsig.mac, view.nowSeconds))
}

function* signedEach(
  messages: Iterable<Uint8Array>,
  sign: (message: Uint8Array) => Uint8Array,
): Generator<Uint8Array> {
  for (const message of messages) yield sign(message)
}

/** RFC 1995 section 3: the serial that the client has is that of the SOA in its authority section. */
function isNewest(message: Uint8Array, zone: ZoneRecords): boolean {
  try {
    const [held] = decodeMessage(message).authorities
    return held?.data.type === 'SOA' && held.data.serial === zone.soa.data.serial
  } catch (error) {
    if (error instanceof WireError) return false
    throw error
  }
}

/** Room that a signature takes, at most: two names, the MAC and the fixed fields. */
const tsigBytesMax = 350

/** By UDP the signature may not make the reply longer than the client takes (RFC 8945 section 5.3). */
function withinBounds(reply: Uint8Array, query: Query, by: 'udp' | 'tcp'): Uint8Array {
  if (by === 'tcp') return reply
  const asked = Math.max(query.edns?.payloadBytesMax ?? 0, wireLimits.plainUdpBytesMax)
  const bytesMax = Math.min(asked, wireLimits.ednsUdpBytesMax)
  if (reply.length + tsigBytesMax <= bytesMax) return reply
  const authoritative = uint16At(reply, 2) & flagBits.authoritative
  return errorReply(reply, query.questionEnd, rcodes.noError, authoritative | flagBits.truncated)
}
