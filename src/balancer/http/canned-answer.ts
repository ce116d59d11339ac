import { STATUS_CODES } from 'node:http'

/** An answer that the balancer gives itself. */
export interface CannedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number>>
  readonly body: string
}

/** What went wrong, in the status that AWS gives it: 400 no HTTP, 500 no such action, 502 the target broke off, 503 nobody to send to, 504 too slow. */
export function failure(status: 400 | 500 | 502 | 503 | 504): CannedAnswer {
  const title = `${status} ${STATUS_CODES[status]}`
  return answer(
    status,
    'text/html',
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
  )
}

export function answer(status: number, type: string, body: string): CannedAnswer {
  return {
    status,
    headers: { 'content-type': type, 'content-length': Buffer.byteLength(body) },
    body,
  }
}
