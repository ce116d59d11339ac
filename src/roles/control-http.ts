import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Gauge, Registry } from 'prom-client'
import { EverportError, publicError, renderForHttp } from '../base/errors.ts'
import type { Connection, Endpoint, Network } from '../base/network.ts'
import type { StatusView } from '../resources/status-view.ts'
import type { Revision } from '../store/store.ts'

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

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

const connectionsMax = 100
const idleTimeoutMs = 5_000
const headerBytesMax = 8_192

/** GET /health/live, /status and /metrics. */
export async function serveControl(
  network: Network,
  at: Endpoint,
  state: ControlState,
): Promise<{ readonly at: Endpoint; close(): Promise<void> }> {
  const metrics = metricsOf(state)
  const server = createServer(
    { keepAliveTimeout: idleTimeoutMs, maxHeaderSize: headerBytesMax },
    (request, response) => {
      void respond(request, response, state, metrics)
    },
  )
  // The server does not listen itself, so its own watch over slow requests never starts; the silence of a connection is what ends it.
  server.timeout = idleTimeoutMs
  const open = new Set<Connection>()
  const listening = await network.listen(at, {}, connection => {
    if (open.size >= connectionsMax) {
      connection.destroy()
      return
    }
    open.add(connection)
    connection.on('close', () => open.delete(connection))
    connection.on('error', () => undefined)
    server.emit('connection', connection)
  })
  return {
    at: listening.at,
    async close() {
      await listening.close()
      for (const connection of open) connection.destroy()
    },
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  state: ControlState,
  metrics: Registry,
): Promise<void> {
  const { status, type, body } = await answer(request, state, metrics).catch(problem)
  request.resume()
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

async function answer(request: IncomingMessage, state: ControlState, metrics: Registry): Promise<Answer> {
  const path = request.url?.split('?', 1)[0] ?? ''
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new EverportError('feature_not_supported', `only GET is answered, found ${request.method}`)
  switch (path) {
    case '/health/live':
      return json(200, { status: 'live' })
    case '/status':
      return json(200, state.view())
    case '/metrics':
      return { status: 200, type: metrics.contentType, body: await metrics.metrics() }
    default:
      throw new EverportError('not_found', 'no such path', {
        hint: 'GET /health/live, /status or /metrics',
      })
  }
}

function problem(error: unknown): Answer {
  const { status, body } = renderForHttp(publicError(error))
  return json(status, body)
}

function json(status: number, value: object): Answer {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` }
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
