import type { Source } from '../routing/source.ts'
import { classes, rcodes, types, wireLimits } from '../wire/codes.ts'
import type { Query } from '../wire/query.ts'
import { bodyOf } from '../zone/response.ts'
import type { ZoneSnapshot } from '../zone/zone-snapshot.ts'
import { chaosSections } from './chaos.ts'
import { findResponse } from './find-response.ts'
import { emptySections, errorFlags, type Sections } from './reply.ts'
import { extendedErrors } from './reply-options.ts'
import type { ServerPolicies } from './server-policies.ts'

/** What a well-formed question gets, before limits of size and rate. */
export interface Outcome {
  readonly sections: Sections
  /** Bits of the client's subnet that it depends on. */
  readonly scopeBits: number
  /** RFC 8914; undefined when all is well. */
  readonly extendedError: number | undefined
}

export function outcomeOf(
  query: Query,
  zones: ZoneSnapshot,
  source: Source,
  turn: number,
  policies: ServerPolicies,
): Outcome {
  if (query.class !== classes.internet) {
    const told = query.class === classes.chaos ? chaosSections(query, policies) : undefined
    return told === undefined ? notOurs : { sections: told, scopeBits: 0, extendedError: undefined }
  }
  const refusal = refusalOf(query.type)
  if (refusal !== undefined) return refusal
  const answerable = findResponse(zones, query)
  if (answerable === undefined) return notOurs
  const isSteered = 'pick' in answerable
  const picked = isSteered ? answerable.pick(source, turn) : undefined
  const found = isSteered ? (picked as NonNullable<typeof picked>).response : answerable
  const body = bodyOf(found, query.questionEnd - wireLimits.headerBytes - 4, turn)
  if (body === undefined) return tooLong
  const sections = {
    flags: found.flags,
    answers: found.answerCount,
    authorities: found.authorityCount,
    additionals: found.additionalCount,
    body,
    serial: found.serialOf === undefined ? undefined : zones.serials.get(found.serialOf),
  }
  return { sections, scopeBits: picked?.scopeBits ?? 0, extendedError: undefined }
}

/** 128 to 255 are questions about questions (RFC 6895 section 3.1); a new data type there is answered as any other. */
function refusalOf(type: number): Outcome | undefined {
  switch (type) {
    case types.axfr:
    case types.ixfr:
      return noTransfer
    case types.opt:
      return optAsType
    case types.tkey:
    case types.tsig:
    case types.maila:
    case types.mailb:
      return notSupported
    default:
      return undefined
  }
}

function failure(rcode: number, extendedError?: number): Outcome {
  return { sections: emptySections(errorFlags(rcode)), scopeBits: 0, extendedError }
}

const notOurs = failure(rcodes.refused, extendedErrors.notAuthoritative)
const noTransfer = failure(rcodes.refused, extendedErrors.prohibited)
const notSupported = failure(rcodes.notImplemented, extendedErrors.notSupported)
const optAsType = failure(rcodes.formatError)
/** Route 53 allows 400 values of 4,000 characters: more than a message holds. */
const tooLong = failure(rcodes.serverFailure, extendedErrors.other)
