import { Gauge, type Registry } from 'prom-client'
import type { Endpoint } from '../base/network.ts'
import type { RoleContext } from './context.ts'
import { jsonPage, type Page, type Pages, servePages } from './pages.ts'

type Labels = Readonly<Record<string, string>>

/** The values that a metric has now, by their labels. */
export type Reading = Iterable<readonly [labels: Labels, value: number]>

/** GET /metrics and /health/live. Undefined, and told in the log, where it cannot listen: a role goes on without anybody who counts. */
export async function serveMetrics(
  { network, log }: Pick<RoleContext, 'network' | 'log'>,
  at: Endpoint,
  registry: Registry,
): Promise<Pages | undefined> {
  try {
    return await servePages(network, at, '/health/live or /metrics', path => {
      if (path === '/health/live') return jsonPage(200, { status: 'live' })
      return path === '/metrics' ? metricsPage(registry) : undefined
    })
  } catch (error) {
    log.error('no metrics', { at, error: String(error) })
    return undefined
  }
}

export async function metricsPage(registry: Registry): Promise<Page> {
  return { status: 200, type: registry.contentType, body: await registry.metrics() }
}

/** A metric that is read anew whenever somebody asks: labels that are gone are told no more. */
export function addReading(
  registry: Registry,
  {
    name,
    help,
    labelNames,
  }: { readonly name: string; readonly help: string; readonly labelNames: readonly string[] },
  read: () => Reading,
): void {
  const metric: Gauge = new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      metric.reset()
      for (const [labels, value] of read()) metric.set(labels, value)
    },
  })
}
