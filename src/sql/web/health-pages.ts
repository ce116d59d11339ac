import type { Readiness } from './readiness.ts'
import { json, type WebPage } from './web-server.ts'

/** `/health/live` while the process runs; `/health/ready` while it should be given new clients: what balancers probe. */
export function healthPages(readiness: () => Readiness): [path: string, page: WebPage][] {
  return [
    ['/health/live', () => json(200, { status: 'live' })],
    [
      '/health/ready',
      () => {
        const now = readiness()
        return now.isReady
          ? json(200, { status: 'ready' })
          : json(503, { status: 'not ready', reason: now.reason })
      },
    ],
  ]
}
