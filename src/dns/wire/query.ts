import { flagBits, types, wireLimits } from './codes.ts'
import { areOptionsWellFormed, type Edns, ednsAt } from './edns.ts'
import { lowerByte, type NameKey } from './name.ts'
import { byteAt, uint16At } from './reader.ts'

/** A query as the server needs it. Its name stays in the received bytes, from 12 to `questionEnd` - 4. */
export interface Query {
  readonly key: NameKey
  readonly labels: number
  /** Behind the question's type and class. */
  readonly questionEnd: number
  readonly type: number
  readonly class: number
  readonly edns: Edns | undefined
  /** Where the options of its OPT record lie; well-formed. Both 0 without OPT. */
  readonly optionsStart: number
  readonly optionsEnd: number
  /** A TSIG record ends it (RFC 8945). */
  readonly isSigned: boolean
}

/**
 * 'drop': too short to answer, or itself a response: answering one lets two servers talk for ever.
 * 'format-error' and 'not-implemented': to be answered with a bare header.
 */
export type Malformed = 'drop' | 'format-error' | 'not-implemented'

/** OPT, TSIG or SIG(0), and room for one to come. */
const additionalsMax = 4

/** One query is decoded at a time and nothing here waits, so one buffer serves all. */
const lowered = Buffer.alloc(wireLimits.nameBytesMax)

/** Looks at each byte at most once and allocates the same for every query, whatever its counts claim. Never throws. */
export function decodeQuery(bytes: Uint8Array): Query | Malformed {
  if (bytes.length < wireLimits.headerBytes) return 'drop'
  const flags = uint16At(bytes, 2)
  if ((flags & flagBits.response) !== 0) return 'drop'
  // QUERY is opcode 0.
  if ((flags & flagBits.opcode) !== 0) return 'not-implemented'
  // RFC 9619: exactly one question. Answers have no place in a query.
  if (uint16At(bytes, 4) !== 1 || uint16At(bytes, 6) !== 0) return 'format-error'
  let at: number = wireLimits.headerBytes
  let labels = 0
  for (;;) {
    if (at >= bytes.length) return 'format-error'
    const length = byteAt(bytes, at)
    const next = at + length + 1
    // A pointer in a question has nothing before it to point to.
    if (length > wireLimits.labelBytesMax || next - wireLimits.headerBytes > wireLimits.nameBytesMax)
      return 'format-error'
    if (next > bytes.length) return 'format-error'
    lowered[at - 12] = length
    for (let i = at + 1; i < next; i++) lowered[i - 12] = lowerByte(byteAt(bytes, i))
    at = next
    if (length === 0) break
    labels++
  }
  if (at + 4 > bytes.length) return 'format-error'
  const type = uint16At(bytes, at)
  const questionEnd = at + 4
  const extras = extrasAfter(bytes, questionEnd, type === types.ixfr ? 1 : 0)
  if (extras === 'format-error') return extras
  return {
    key: lowered.toString('latin1', 0, at - 12),
    labels,
    questionEnd,
    type,
    class: uint16At(bytes, at + 2),
    edns: extras.edns,
    optionsStart: extras.optionsStart,
    optionsEnd: extras.optionsEnd,
    isSigned: extras.isSigned,
  }
}

type Extras = Pick<Query, 'edns' | 'optionsStart' | 'optionsEnd' | 'isSigned'>

const noExtras: Extras = { edns: undefined, optionsStart: 0, optionsEnd: 0, isSigned: false }

/** Authorities have no place in a query either, but for the SOA in IXFR's (RFC 1995 section 3). */
function extrasAfter(
  bytes: Uint8Array,
  questionEnd: number,
  authoritiesMax: number,
): Extras | 'format-error' {
  const authorities = uint16At(bytes, 8)
  const additionals = uint16At(bytes, 10)
  if (authorities > authoritiesMax || additionals > additionalsMax) return 'format-error'
  let at = questionEnd
  if (authorities + additionals === 0) return at === bytes.length ? noExtras : 'format-error'
  let edns: Edns | undefined
  let [optionsStart, optionsEnd, isSigned] = [0, 0, false]
  for (let i = 0; i < authorities + additionals; i++) {
    const nameEnd = skipName(bytes, at)
    const dataStart = nameEnd + 10
    if (dataStart > bytes.length) return 'format-error'
    const end = dataStart + uint16At(bytes, nameEnd + 8)
    if (end > bytes.length) return 'format-error'
    const type = uint16At(bytes, nameEnd)
    // RFC 8945 section 5.2: nothing comes behind TSIG.
    if (isSigned) return 'format-error'
    if (type === types.tsig) {
      if (i < authorities) return 'format-error'
      isSigned = true
    } else if (type === types.opt) {
      // RFC 6891 section 6.1.1: one OPT, and its name is the root.
      if (edns !== undefined || i < authorities || nameEnd !== at + 1) return 'format-error'
      if (!areOptionsWellFormed(bytes, dataStart, end)) return 'format-error'
      edns = ednsAt(bytes, nameEnd + 2)
      optionsStart = dataStart
      optionsEnd = end
    }
    at = end
  }
  return at === bytes.length ? { edns, optionsStart, optionsEnd, isSigned } : 'format-error'
}

/** Beyond the message when the name does not end in it. */
function skipName(bytes: Uint8Array, start: number): number {
  let at = start
  while (at < bytes.length) {
    const length = byteAt(bytes, at)
    if (length === 0) return at + 1
    if (length >= 0xc0) return at + 2
    at += length + 1
  }
  return at + 1
}
