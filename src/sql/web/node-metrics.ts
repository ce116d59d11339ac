import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { FileCopyCounts } from '../engine/file-copies.ts'
import type { QueryWatch } from '../engine/measured-engine.ts'
import { type AdmissionMetrics, admissionMetrics } from './admission-metrics.ts'
import type { WebAnswer } from './web-server.ts'

/** What the metrics read when they are asked for. */
export interface NodeMetricsSources {
  readonly sessions: () => number
  readonly isReady: () => boolean
  readonly counters: () => Readonly<Record<string, number>>
  readonly flightCounters: () => Readonly<Record<string, number>>
  readonly fileCopies: () => Readonly<FileCopyCounts>
  readonly build: { readonly version: string; readonly engine: string }
}

export interface NodeMetrics extends QueryWatch {
  readonly admission: AdmissionMetrics
  readonly activeQueries: () => number
  page(sources: NodeMetricsSources): () => Promise<WebAnswer>
  close(): void
}

const durationBucketsSeconds = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
]
const delayResolutionMs = 20

export function nodeMetrics(): NodeMetrics {
  const registry = new Registry()
  const registers = [registry]
  const queries = new Counter({
    name: 'everport_queries_total',
    help: 'Queries that ended, by how they did.',
    labelNames: ['outcome', 'error'],
    registers,
  })
  const rows = new Counter({ name: 'everport_rows_sent_total', help: 'Rows of ended queries.', registers })
  const bytes = new Counter({
    name: 'everport_row_bytes_sent_total',
    help: 'Bytes of those rows on the wire.',
    registers,
  })
  const duration = new Histogram({
    name: 'everport_query_duration_seconds',
    help: 'From the start of a query to its last row.',
    buckets: durationBucketsSeconds,
    registers,
  })
  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs })
  delay.enable()
  let active = 0

  return {
    admission: admissionMetrics(registry),
    activeQueries: () => active,
    started() {
      active++
    },
    ended(facts) {
      active--
      queries.inc({ outcome: facts.outcome, error: facts.error ?? '' })
      rows.inc(facts.rows)
      bytes.inc(facts.bytes)
      duration.observe(facts.durationMs / 1_000)
    },
    page(sources) {
      addGauges(registry, sources, () => active, delay)
      return async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() })
    },
    close: () => delay.disable(),
  }
}

function addGauges(
  registry: Registry,
  sources: NodeMetricsSources,
  active: () => number,
  delay: IntervalHistogram,
): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    const metric: Gauge = new Gauge({ name, help, registers: [registry], collect: () => metric.set(read()) })
  }
  gauge('everport_sessions', 'Clients that are logged in.', sources.sessions)
  gauge('everport_active_queries', 'Queries that run now.', active)
  gauge('everport_ready', '1 while the node takes new clients.', () => (sources.isReady() ? 1 : 0))
  gauge('process_resident_memory_bytes', 'Memory of the process, the engine included.', () =>
    process.memoryUsage.rss(),
  )
  gauge('nodejs_heap_used_bytes', 'Memory of the JavaScript heap.', () => process.memoryUsage().heapUsed)
  gauge('process_cpu_seconds_total', 'Processor time, user and system.', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
  gauge('nodejs_eventloop_delay_p99_seconds', 'Since the last time it was asked for.', () => {
    const seconds = delay.percentile(99) / 1e9
    delay.reset()
    return seconds
  })
  const { fileCopies } = sources
  gauge('everport_file_copies', 'Small files of views that are held in memory.', () => fileCopies().copies)
  gauge('everport_file_copy_bytes', 'What they take, by estimate.', () => fileCopies().bytes)
  gauge('everport_file_copies_made_total', 'Times that a file was copied.', () => fileCopies().made)
  gauge('everport_file_copy_reads_total', 'Queries that read such copies.', () => fileCopies().reads)
  const counted = (port: string, help: string, counters: () => Readonly<Record<string, number>>): void => {
    for (const name of Object.keys(counters())) {
      gauge(`everport_${port}_${snakeCase(name)}_total`, help, () => counters()[name] ?? 0)
    }
  }
  counted('postgres', 'Of the PostgreSQL port.', sources.counters)
  counted('flight', 'Of the runtime port and its auxiliary port.', sources.flightCounters)
  const build = new Gauge({
    name: 'everport_build_info',
    help: 'What runs here.',
    labelNames: ['version', 'engine', 'node'],
    registers: [registry],
  })
  build.set({ ...sources.build, node: process.version }, 1)
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}
