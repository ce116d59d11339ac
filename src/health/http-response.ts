import { chunkedBody } from './chunked-body.ts'

export const httpResponseLimits = {
  /** RFC 9112 section 4 sets no limit; no honest status line is near this. */
  statusLineBytesMax: 1024,
  /** AWS: response headers to a Route 53 health checker. */
  headBytesMax: 16_384,
} as const

export interface HttpHead {
  readonly status: number
  readonly phrase: string
  /** Names in lower case; of a repeated one the last value. */
  readonly fields: ReadonlyMap<string, string>
}

/** Reads one answer of HTTP/1 as it comes, within bounds. */
export interface HttpResponseReader {
  push(data: Buffer): void
  /** The peer has ended. */
  end(): void
  /** The first line, once it is whole: before the head is, and before any fault of the rest. */
  statusLine(): string | undefined
  head(): HttpHead | undefined
  /** Content received so far without the transfer's framing, at most `bodyBytesMax` of it. */
  body(): Buffer
  /** Nothing more will be kept: the body is whole, or it has reached the bound. */
  isBodyDone(): boolean
  /** Why this is no answer of HTTP/1. */
  fault(): string | undefined
}

/** `passesInterim`: answers 1xx are passed over, as RFC 9110 section 15.2 asks of clients. */
export function httpResponseReader(bodyBytesMax: number, passesInterim: boolean): HttpResponseReader {
  let text = ''
  let statusLine: string | undefined
  let head: HttpHead | undefined
  let fault: string | undefined
  let body: Buffer[] = []
  let bodyBytes = 0
  let isWhole = false
  let takeBody: (data: Buffer) => void = () => undefined

  const keep = (data: Buffer): void => {
    const piece = data.subarray(0, bodyBytesMax - bodyBytes)
    bodyBytes += piece.length
    body.push(piece)
  }
  const beginBody = ({ status, fields }: HttpHead): void => {
    const length = fields.get('content-length')
    if (/\bchunked\s*$/i.test(fields.get('transfer-encoding') ?? '')) {
      const chunks = chunkedBody()
      takeBody = data => {
        for (const piece of chunks.push(data)) keep(piece)
        fault = chunks.fault()
        isWhole = chunks.isWhole()
      }
    } else if (status === 204 || status === 304 || length === '0') isWhole = true
    else if (length !== undefined) {
      let left = Number(length)
      takeBody = data => {
        keep(data.subarray(0, left))
        left -= Math.min(left, data.length)
        isWhole = left === 0
      }
    } else takeBody = keep
  }
  const takeStatusLine = (): boolean => {
    const { statusLineBytesMax } = httpResponseLimits
    const end = text.indexOf('\n')
    const line = text.slice(0, Math.max(0, end)).replace(/\r$/, '')
    if ((end < 0 ? text.length : end) > statusLineBytesMax)
      fault = `no HTTP status line within ${statusLineBytesMax} bytes`
    else if (end >= 0 && statusOf(line) === undefined) fault = `not an HTTP/1 answer: ${quoted(line)}`
    if (end < 0 || fault !== undefined) return false
    statusLine = line
    return true
  }
  const takeHead = (data: Buffer): void => {
    // What was looked through before is not looked through again, but for an end that came in pieces.
    const seen = Math.max(0, text.length - 3)
    text += data.toString('latin1')
    if (statusLine === undefined && !takeStatusLine()) return
    const { headBytesMax } = httpResponseLimits
    const end = /\r?\n\r?\n/.exec(text.slice(seen))
    if (end === null || seen + end.index > headBytesMax) {
      if (text.length > headBytesMax) fault = `a head longer than ${headBytesMax} bytes`
      return
    }
    const found = parseHead(text.slice(0, seen + end.index))
    const rest = Buffer.from(text.slice(seen + end.index + end[0].length), 'latin1')
    text = ''
    if (typeof found === 'string') fault = found
    else if (passesInterim && found.status < 200 && found.status !== 101) {
      statusLine = undefined
      takeHead(rest)
    } else {
      head = found
      beginBody(found)
      takeBody(rest)
    }
  }

  return {
    push(data) {
      if (fault !== undefined || isWhole) return
      if (head === undefined) takeHead(data)
      else takeBody(data)
    },
    end() {
      isWhole = true
    },
    statusLine: () => statusLine,
    head: () => head,
    body() {
      if (body.length > 1) body = [Buffer.concat(body)]
      return body[0] ?? Buffer.alloc(0)
    },
    isBodyDone: () => isWhole || bodyBytes >= bodyBytesMax,
    fault: () => fault,
  }
}

export function statusOf(line: string): { readonly status: number; readonly phrase: string } | undefined {
  const found = /^HTTP\/1\.[01] ([1-5]\d\d)(?: ([\t -~]*).*)?$/.exec(line)
  return found === null ? undefined : { status: Number(found[1]), phrase: (found[2] ?? '').slice(0, 80) }
}

/** RFC 9112 section 5 (once RFC 7230 3.2): a token, a colon without space before it, a value without controls. */
const field = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/

function parseHead(text: string): HttpHead | string {
  const [first = '', ...lines] = text.split(/\r?\n/)
  const line = statusOf(first)
  if (line === undefined) return `not an HTTP/1 answer: ${quoted(first)}`
  const fields = new Map<string, string>()
  for (const one of lines) {
    const found = field.exec(one)
    if (found === null) return `not an HTTP header field: ${quoted(one)}`
    fields.set((found[1] ?? '').toLowerCase(), found[2] ?? '')
  }
  const length = fields.get('content-length')
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return `not a content length: ${quoted(length)}`
  return { ...line, fields }
}

/** A hostile target must not write into our log. */
function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 40))
}
