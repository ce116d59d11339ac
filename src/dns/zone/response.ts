import type { Source } from '../routing/source.ts'
import { flagBits, rcodes, types, wireLimits } from '../wire/codes.ts'
import { optBytes } from '../wire/edns.ts'
import { type Name, type NameKey, rememberName, writeName } from '../wire/name.ts'
import type { RecordData } from '../wire/records/table.ts'
import { writeRecordBody } from '../wire/resource-record.ts'
import { WireError } from '../wire/wire-error.ts'
import { newWriter, type Writer, writeUint16, written } from '../wire/writer.ts'

/** A record of an answer. Without `name` its owner is the name that was asked for, in the case it was asked in. */
export interface AnswerRecord {
  readonly name?: Name
  readonly ttlSeconds: number
  readonly data: RecordData
  /** As of a record set: the zone whose serial belongs where `data` has 0. Such a record is the last of its response. */
  readonly serialOf?: NameKey
}

/** What is said to one kind of question. */
export interface ResponsePlan {
  readonly rcode: number
  /** False for a referral. */
  readonly authoritative: boolean
  readonly answers: readonly AnswerRecord[]
  readonly authorities: readonly AnswerRecord[]
  readonly additionals: readonly AnswerRecord[]
  /** So many of the last answers are one record set, whose order is turned. */
  readonly turning: number
  /** A name, perhaps the whole, that every question for this response ends with: names in the response point into it. */
  readonly questionSuffix: Name
}

/**
 * A response of which only the id, the question and EDNS are missing. Bytes depend on the length of the question's name alone (names
 * point back into it), so they are made at the first question of each length and kept: one length for most names, at most 255 for a
 * wildcard or a name that does not exist.
 */
export interface Response {
  /** Second word of the header, without the bits that come from the query. */
  readonly flags: number
  readonly answerCount: number
  readonly authorityCount: number
  readonly additionalCount: number
  readonly plan: ResponsePlan
  /** The response ends with the SOA record of this zone, whose serial is to be put `serialFromEndBytes` before the end. */
  readonly serialOf: NameKey | undefined
  /** For the length that was asked first, which is the only one of most names: nothing to look up. */
  firstNameBytes: number
  firstBodies: readonly Uint8Array[]
  /** For other lengths, by length. */
  bodies: (readonly Uint8Array[] | undefined)[] | undefined
}

/** Responses among which every query picks anew: by where it comes from, or by lot. */
export interface SteeredResponse {
  /** Pure. `turn` is any number, uniform over 32 bits. */
  pick(source: Source, turn: number): Picked
}

export interface Picked {
  readonly response: Response
  /**
   * How many leading bits of the source's subnet the choice looked at (RFC 7871 section 7.2.1); 0 when it holds for everybody. A cache
   * gives the answer to all who share them.
   */
  readonly scopeBits: number
}

/** RFC 1035 section 3.3.13: serial, refresh, retry, expire and minimum end the record, 32 bits each. */
export const serialFromEndBytes = 20

/** More addresses than this turn no further: each order costs memory. */
const turnsMax = 8

export function response(plan: ResponsePlan): Response {
  return {
    flags: flagBits.response | (plan.authoritative ? flagBits.authoritative : 0) | plan.rcode,
    answerCount: plan.answers.length,
    authorityCount: plan.authorities.length,
    additionalCount: plan.additionals.length,
    plan,
    serialOf: lastOf(plan)?.serialOf,
    firstNameBytes: 0,
    firstBodies: [],
    bodies: undefined,
  }
}

function lastOf({ answers, authorities, additionals }: ResponsePlan): AnswerRecord | undefined {
  return additionals.at(-1) ?? authorities.at(-1) ?? answers.at(-1)
}

/** The sections behind the question. `turn` is any number and picks the order. Undefined when no message can hold them. */
export function bodyOf(of: Response, nameBytes: number, turn: number): Uint8Array | undefined {
  const bodies = of.firstNameBytes === nameBytes ? of.firstBodies : bodiesOf(of, nameBytes)
  return bodies.length === 1 ? bodies[0] : bodies[turn % bodies.length]
}

function bodiesOf(of: Response, nameBytes: number): readonly Uint8Array[] {
  if (of.firstNameBytes !== 0) return ((of.bodies ??= [])[nameBytes] ??= encodeTurns(of.plan, nameBytes))
  of.firstBodies = encodeTurns(of.plan, nameBytes)
  of.firstNameBytes = nameBytes
  return of.firstBodies
}

function encodeTurns(plan: ResponsePlan, nameBytes: number): readonly Uint8Array[] {
  const turns = Math.max(1, Math.min(plan.turning, turnsMax))
  try {
    return Array.from({ length: turns }, (_, turn) => encode(plan, nameBytes, turn))
  } catch (error) {
    // Route 53 allows 400 values of 4,000 characters: more than a message holds.
    if (error instanceof WireError) return []
    throw error
  }
}

function encode(plan: ResponsePlan, nameBytes: number, turn: number): Uint8Array {
  const nameEnd = wireLimits.headerBytes + nameBytes
  const writer = newWriter(nameEnd + 4)
  rememberName(writer, plan.questionSuffix, nameEnd)
  for (const record of turned(plan, turn)) write(writer, record)
  for (const record of plan.authorities) write(writer, record)
  for (const record of plan.additionals) write(writer, record)
  if (nameEnd + 4 + writer.at + optBytes > wireLimits.messageBytesMax) throw new WireError('too long')
  return written(writer)
}

function turned({ answers, turning }: ResponsePlan, turn: number): readonly AnswerRecord[] {
  if (turn === 0) return answers
  const fixed = answers.length - turning
  return [...answers.slice(0, fixed), ...answers.slice(fixed + turn), ...answers.slice(fixed, fixed + turn)]
}

function write(writer: Writer, record: AnswerRecord): void {
  if (record.name === undefined) writeUint16(writer, 0xc000 | wireLimits.headerBytes)
  else writeName(writer, record.name)
  writeRecordBody(writer, record)
}

/** To ANY, instead of all there is (RFC 8482 section 4.2): two character strings, "RFC8482" and an empty one. */
export const anyAnswer: AnswerRecord = {
  ttlSeconds: 3_600,
  data: { type: `TYPE${types.hinfo}`, bytes: Uint8Array.from([7, ...Buffer.from('RFC8482', 'latin1'), 0]) },
}

export const okPlan = {
  rcode: rcodes.noError,
  authoritative: true,
  answers: [],
  authorities: [],
  additionals: [],
  turning: 0,
} as const
