import { Gauge, Registry } from 'prom-client'
import type { Endpoint, Network } from '../base/network.ts'
import type { StatusView } from '../resources/status-view.ts'
import type { Revision } from '../store/store.ts'
import { metricsPage } from './metrics-pages.ts'
import { type AnswerOther, jsonPage, type PageOf, type Pages, servePages } from './pages.ts'

/** What control has done; it goes on counting while it is served. */
export interface ControlCounts {
  appliedRevision: Revision
  /** Times that a valid file was read. */
  applied: number
  /** Times that a file with mistakes was read. */
  refused: number
}

export interface ControlState {
  readonly counts: ControlCounts
  readonly view: () => StatusView
}

/** GET /health/live, /status and /metrics; beside them, whatever `api` takes for its own. */
export function serveControl(
  network: Network,
  at: Endpoint,
  state: ControlState,
  api: AnswerOther,
): Promise<Pages> {
  const metrics = metricsOf(state)
  const pageOf: PageOf = path => {
    switch (path) {
      case '/health/live':
        return jsonPage(200, { status: 'live' })
      case '/status':
        return jsonPage(200, state.view())
      case '/metrics':
        return metricsPage(metrics)
      default:
        return undefined
    }
  }
  return servePages(network, at, '/health/live, /status or /metrics', pageOf, api)
}

function metricsOf({ counts, view }: ControlState): Registry {
  const registry = new Registry()
  const gauge = (name: string, help: string, read: () => number): void => {
    const metric: Gauge = new Gauge({ name, help, registers: [registry], collect: () => metric.set(read()) })
  }
  gauge('everport_store_revision', 'Newest revision of the store.', () => view().revision)
  gauge(
    'everport_topology_revision',
    'Revision that the topology file was last applied as.',
    () => counts.appliedRevision,
  )
  gauge(
    'everport_topology_applied',
    'Times that a valid topology file was read since the start.',
    () => counts.applied,
  )
  gauge(
    'everport_topology_refused',
    'Times that a topology file with mistakes was read since the start.',
    () => counts.refused,
  )
  gauge('everport_all_healthy', '1 when everything desired runs and is healthy.', () =>
    view().allHealthy ? 1 : 0,
  )
  gauge('everport_problems', 'What stands in the way of that; see /status.', () => view().problems.length)
  return registry
}
