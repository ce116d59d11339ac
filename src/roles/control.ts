import { statSync } from 'node:fs'
import { every } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import type { Endpoint } from '../base/network.ts'
import { loadTopology, topologyFacts } from '../io/topology-file.ts'
import { type ControlStatus, controlStatusKey, heartbeatIntervalMs } from '../resources/status.ts'
import { statusOwners } from '../resources/status-owners.ts'
import { statusPublisher } from '../resources/status-publisher.ts'
import { statusTeller } from '../resources/status-teller.ts'
import { type TopologySettings, topologySettingsKey } from '../resources/topology-settings.ts'
import { controlAddress } from '../topology/address-plan.ts'
import { applyDesiredState } from '../topology/apply-desired-state.ts'
import { desiredState } from '../topology/desired-state.ts'
import { renderMistakes } from '../topology/mistakes.ts'
import { statusView } from '../topology/status.ts'
import type { RoleContext, RunningRole } from './context.ts'
import { startAwsApi } from './control-aws.ts'
import { type ControlCounts, serveControl } from './control-http.ts'

export interface ControlOptions {
  /** Absolute. */
  readonly topologyFile: string
  /** Where it answers HTTP, instead of where the topology says. */
  readonly at?: Endpoint
}

export interface RunningControl extends RunningRole {
  /** Where it answers HTTP. */
  readonly at: Endpoint
}

/** How often the topology file is looked at; a look is one stat. */
const lookIntervalMs = 500

/**
 * Turns the topology file into desired state, at the start and whenever the file changes, answers what the state is, and serves the AWS
 * APIs. Everything else goes on without it.
 */
export async function startControl(
  context: RoleContext,
  { topologyFile, at }: ControlOptions,
): Promise<RunningControl> {
  const { store, clock, log } = context
  const counts: ControlCounts = { appliedRevision: store.read().revision, applied: 0, refused: 0 }

  let seen = fileStamp(topologyFile)
  const mistakes = await applyFile(context, topologyFile, counts)
  const settings = store.read().get<TopologySettings>(topologySettingsKey)?.value
  if (settings === undefined) {
    throw new EverportError('invalid_input', 'the topology file has mistakes', {
      detail: mistakes ?? 'it could not be applied',
      hint: `everport check ${topologyFile}`,
    })
  }

  const owners = statusOwners(store, clock)
  owners.look()
  const api = startAwsApi(context)
  const http = await serveControl(
    context.network,
    at ?? { address: controlAddress, port: settings.controlPort },
    {
      counts,
      view: () => statusView(store.read(), owners.isAlive),
    },
    api.answer,
  )
  log.info('control answers', { at: http.at })

  let refused = firstMistake(mistakes)
  const word = (): ControlStatus => ({
    appliedRevision: counts.appliedRevision,
    ...(refused === undefined ? {} : { refused }),
  })
  const cancelBeat = beatEvery(context, word, owners.look)
  let looking: Promise<void> = Promise.resolve()
  const cancelLook = every(clock, lookIntervalMs, () => {
    const stamp = fileStamp(topologyFile)
    if (stamp === seen) return
    seen = stamp
    looking = looking
      .then(() => applyFile(context, topologyFile, counts))
      .then(
        found => {
          refused = firstMistake(found)
        },
        (error: unknown) => {
          log.error('topology not applied', { error: String(error) })
          // The next look tries again.
          seen = ''
        },
      )
  })

  return {
    at: http.at,
    async stop() {
      cancelLook()
      await looking
      await cancelBeat()
      await http.close()
      api.close()
    },
  }
}

/** Applies the file; when it has mistakes, changes nothing and returns them as text. */
async function applyFile(
  { store, log, stateDir }: RoleContext,
  file: string,
  counts: ControlCounts,
): Promise<string | undefined> {
  const { topology, mistakes } = loadTopology(file)
  if (mistakes !== undefined) {
    // By their places alone: logs are kept, and shown to more people than the file, whose lines may hold what is nobody's business.
    const text = renderMistakes(mistakes.map(mistake => ({ ...mistake, sourceLine: undefined })))
    counts.refused++
    log.error('topology refused: nothing is changed', { file, mistakes: text })
    return text
  }
  const documents = desiredState(topology, topologyFacts(topology, file, stateDir))
  const { revision, put, deleted } = await applyDesiredState(store, documents)
  counts.appliedRevision = revision
  counts.applied++
  log.info('topology applied', { file, revision, put: put.length, deleted: deleted.length })
  return undefined
}

/** A status line, not the place to read a long value in. */
const refusedWordsMax = 500

/** The line of the first one, and how many more there are. */
function firstMistake(mistakes: string | undefined): string | undefined {
  if (mistakes === undefined) return undefined
  const lines = mistakes.split('\n')
  const count = Number(/: (\d+) mistakes?$/.exec(mistakes)?.[1] ?? 1)
  return `${lines[0]?.slice(0, refusedWordsMax)}${count > 1 ? `, and ${count - 1} more` : ''}`
}

/** `also` is done at every beat. */
function beatEvery(
  { store, clock, log }: RoleContext,
  word: () => ControlStatus,
  also: () => void,
): () => Promise<void> {
  const publish = statusPublisher(store, log)
  const tell = statusTeller<ControlStatus>({
    store,
    clock,
    publish,
    key: controlStatusKey,
  })
  let heartbeat = 0
  const beat = (): void => {
    const status = word()
    const { appliedRevision } = status
    store.heartbeats.beat(controlStatusKey, { heartbeat: heartbeat++, appliedRevision })
    tell(status)
    also()
  }
  beat()
  const cancel = every(clock, heartbeatIntervalMs, beat)
  return async () => {
    cancel()
    await publish.flushed()
  }
}

/** Differs when the file was written or replaced since. */
function fileStamp(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file)
    return `${mtimeMs} ${size} ${ino}`
  } catch {
    return 'unreadable'
  }
}
