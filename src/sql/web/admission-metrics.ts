import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** What is told of admission, and read when metrics are asked for. */
export interface AdmissionSources {
  readonly queries: () => readonly {
    readonly group: string
    readonly state: 'waiting' | 'running'
    readonly memoryBytes: number
  }[]
  /** Of node and groups. */
  readonly bounds: () => {
    readonly concurrentMax: number
    readonly queuedMax: number
    readonly memoryBytes: number
  }
  readonly pressure: () => 'free' | 'tight' | 'over' | 'exhausted'
  readonly places: () => number
}

export interface AdmissionMetrics {
  admitted(group: string, waitedMs: number): void
  refused(group: string, reason: string): void
  cancelledForMemory(group: string): void
  read(sources: AdmissionSources): void
}

const waitBucketsSeconds = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

export function admissionMetrics(registry: Registry): AdmissionMetrics {
  const registers = [registry]
  const waits = new Histogram({
    name: 'everport_admission_wait_seconds',
    help: 'How long queries waited for their turn; those that ran at once included.',
    labelNames: ['group'],
    buckets: waitBucketsSeconds,
    registers,
  })
  const refusals = new Counter({
    name: 'everport_admission_refused_total',
    help: 'Queries that got no turn: full queue, waited too long, or their lock_timeout.',
    labelNames: ['group', 'reason'],
    registers,
  })
  const memoryCancels = new Counter({
    name: 'everport_memory_cancelled_total',
    help: 'Queries that were ended since the memory of the node ran out.',
    labelNames: ['group'],
    registers,
  })
  return {
    admitted: (group, waitedMs) => waits.observe({ group }, waitedMs / 1_000),
    refused: (group, reason) => refusals.inc({ group, reason }),
    cancelledForMemory: group => memoryCancels.inc({ group }),
    read: sources => addGauges(registry, sources),
  }
}

function addGauges(registry: Registry, sources: AdmissionSources): void {
  const registers = [registry]
  const queries: Gauge = new Gauge({
    name: 'everport_admission_queries',
    help: 'Queries by resource group, waiting for their turn or running.',
    labelNames: ['group', 'state'],
    registers,
    collect() {
      queries.reset()
      for (const { group, state } of sources.queries()) queries.inc({ group, state })
    },
  })
  const gauge = (name: string, help: string, read: () => number): void => {
    const metric: Gauge = new Gauge({ name, help, registers, collect: () => metric.set(read()) })
  }
  gauge(
    'everport_admission_concurrent_max',
    'Queries that may run at a time.',
    () => sources.bounds().concurrentMax,
  )
  gauge('everport_admission_queued_max', 'Queries that may wait.', () => sources.bounds().queuedMax)
  gauge(
    'everport_query_memory_bytes',
    'What running queries held at the last look; 0 while there is no need to look.',
    () => sources.queries().reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
  )
  gauge(
    'everport_query_memory_max_bytes',
    'What all queries may use together.',
    () => sources.bounds().memoryBytes,
  )
  gauge('everport_memory_pressure', '0 free, 1 new queries wait, 2 queries are ended, 3 the node ends.', () =>
    ['free', 'tight', 'over', 'exhausted'].indexOf(sources.pressure()),
  )
  gauge('everport_engine_instances', 'Instances of the engine, each a place for one query.', sources.places)
}
