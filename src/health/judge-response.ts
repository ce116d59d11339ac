import {
  contentCoding,
  decodedStart,
  decodeStepBytes,
  encodedBytesMax,
  searchedBytesMax,
} from './http-content.ts'
import { type HttpResponseReader, httpResponseReader, statusOf } from './http-response.ts'
import type { ProbeKind, ProbeOutcome } from './probe.ts'
import { matchesStatus } from './status-matcher.ts'

export type HttpAsk = Extract<ProbeKind, { protocol: 'http' }>

export type Judgement = ProbeOutcome & {
  readonly says: string
  readonly http?: { readonly status: number; readonly phrase: string }
}

/** Reads an answer as far as the probe needs it. */
export interface ResponseJudge {
  /** Undefined while more is needed. */
  push(data: Buffer): Judgement | undefined
  /** The peer has ended, or may not have more time. */
  end(why: 'closed' | 'timeout'): Judgement
  /** The head is there and passes; only the body is missing. */
  waitsForBody(): boolean
}

/**
 * | answer so far                                    | judgement                                      |
 * |--------------------------------------------------|------------------------------------------------|
 * | not HTTP/1, too long, malformed                  | failure: protocol                              |
 * | status line, no need of the whole head           | by the matcher                                 |
 * | status outside the matcher                       | failure: status                                |
 * | status matches, nothing searched                 | success                                        |
 * | text found within the first bytes                | success, though the body may go on             |
 * | body done, or its first bytes all here, no text  | failure: content                               |
 * | ends before any of these                         | failure: protocol when closed, else timeout    |
 */
export function responseJudge(ask: HttpAsk): ResponseJudge {
  const reader = httpResponseReader(encodedBytesMax, ask.wholeHead === true)
  let triedBytes = 0

  const search = (text: string, isLast: boolean): Judgement | undefined => {
    const http = headOf(reader)
    const coding = contentCoding(reader.head()?.fields.get('content-encoding'))
    if (coding === undefined) return { passed: false, reason: 'content', says: 'its coding is unknown', http }
    const body = reader.body()
    const isDone = isLast || reader.isBodyDone()
    const step = coding === 'identity' ? 1 : decodeStepBytes
    if (!isDone && body.length < triedBytes + step) return undefined
    triedBytes = body.length
    const start = decodedStart(body, coding)
    if (start === undefined)
      return { passed: false, reason: 'content', says: `its ${coding} body cannot be decoded`, http }
    if (start.includes(text)) return { passed: true, says: 'with the text', http }
    if (start.length < searchedBytesMax && !isDone) return undefined
    const says = `the text is not within the first ${searchedBytesMax} bytes of the body`
    return { passed: false, reason: 'content', says, http }
  }
  const judge = (isLast: boolean): Judgement | undefined => {
    const fault = reader.fault()
    if (fault !== undefined) {
      const found = isSearched() ? search(ask.search ?? '', true) : undefined
      return found?.passed === true ? found : { passed: false, reason: 'protocol', says: fault }
    }
    const line = statusOf(reader.statusLine() ?? '')
    if (line === undefined || (ask.wholeHead === true && reader.head() === undefined)) return undefined
    if (!matchesStatus(ask.matcher, line.status))
      return { passed: false, reason: 'status', says: '', http: line }
    if (ask.search === undefined) return { passed: true, says: '', http: line }
    return isSearched() ? search(ask.search, isLast) : undefined
  }
  /** A text that was found stays found, whatever came after it in the same piece. */
  const isSearched = (): boolean =>
    ask.search !== undefined &&
    reader.head() !== undefined &&
    matchesStatus(ask.matcher, headOf(reader).status)

  return {
    push(data) {
      reader.push(data)
      return judge(false)
    },
    end(why) {
      if (why === 'closed') reader.end()
      const stage = reader.head() === undefined ? 'answer' : 'body'
      const found = judge(true)
      if (found?.passed === true || (found !== undefined && why === 'closed')) return found
      if (why === 'closed')
        return { passed: false, reason: 'protocol', stage, says: 'connection closed before an answer' }
      return { passed: false, reason: 'timeout', stage, says: '' }
    },
    waitsForBody: () => reader.head() !== undefined,
  }
}

function headOf(reader: HttpResponseReader): { status: number; phrase: string } {
  const { status, phrase } = reader.head() ?? { status: 0, phrase: '' }
  return { status, phrase }
}
