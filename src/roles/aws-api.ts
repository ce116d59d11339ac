import type { IncomingMessage, ServerResponse } from 'node:http'
import { requestLimits } from '../aws/protocols/request-limits.ts'
import { serviceDefinitions } from '../aws/protocols/service-definition.ts'
import type { AnswerRequest } from '../aws/server/answer-request.ts'
import type { Clock } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import { splitOnce } from '../base/split-once.ts'
import type { AnswerOther } from './pages.ts'

/** From the first byte of a request to the last. */
const bodyTimeoutMs = 15_000
/** An operation may wait for balancers and DNS servers; see aws/server/data-planes.ts. */
const answerTimeoutMs = 60_000

/** Requests of the AWS APIs on an HTTP server that has pages too: a query protocol's path is `/`, a REST one begins with its version. */
export function awsApi(answer: AnswerRequest, clock: Clock): AnswerOther {
  return (request, response) => {
    if (!isOfApi(request)) return false
    request.socket.setTimeout(answerTimeoutMs)
    void respond(request, response, answer, clock)
    return true
  }
}

function isOfApi({ method = '', url = '' }: IncomingMessage): boolean {
  const [path, query] = splitOnce(url, '?')
  if (path === '/') return method === 'POST' || /(?:^|&)(?:Action|X-Amz-Signature)=/.test(query)
  return Object.values(serviceDefinitions).some(({ version }) => path.startsWith(`/${version}/`))
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: AnswerRequest,
  clock: Clock,
): Promise<void> {
  const [path, query] = splitOnce(request.url ?? '', '?')
  try {
    const body = await readBody(request, clock)
    const {
      status,
      headers,
      body: text,
    } = await answer({
      method: request.method ?? '',
      path,
      query,
      headers: headerLines(request.rawHeaders),
      body,
    })
    response.writeHead(status, {
      ...headers,
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      // What is left of a body that was too long is not read as the next request.
      ...(request.complete ? {} : { connection: 'close' }),
    })
    response.end(text)
  } catch {
    // The client went away, or sent its request too slowly.
    request.destroy()
  }
}

/** At most one byte more than a request may have: enough to refuse it. */
async function readBody(request: IncomingMessage, clock: Clock): Promise<Uint8Array> {
  const cancel = clock.after(bodyTimeoutMs, () => request.destroy())
  const parts: Buffer[] = []
  let length = 0
  try {
    for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      parts.push(part)
      length += part.length
      if (length > requestLimits.bodyBytesMax) break
    }
  } finally {
    cancel()
  }
  if (length <= requestLimits.bodyBytesMax && !request.complete)
    throw new EverportError('connection_failure', 'the request ended early')
  return Buffer.concat(parts)
}

function headerLines(raw: readonly string[]): (readonly [string, string])[] {
  return Array.from(
    { length: raw.length / 2 },
    (_, at) => [raw[2 * at] ?? '', raw[2 * at + 1] ?? ''] as const,
  )
}
