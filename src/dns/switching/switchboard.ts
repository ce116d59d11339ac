import {
  type FailoverName,
  latchKey,
  type SwitchingDocument,
  type SwitchingSettings,
  type SwitchLatch,
  switchingDefaults,
  switchingKey,
} from '../../resources/switching.ts'
import { type TopologySettings, topologySettingsKey } from '../../resources/topology-settings.ts'
import type { Revision, Snapshot } from '../../store/store.ts'
import type { DecideFailover, FailoverAnswer, FailoverRecord } from '../routing/failover.ts'
import type { Verdict } from '../routing/verdict.ts'
import { failoverNames, recordPath } from './failover-names.ts'
import { nextSwitch } from './next-switch.ts'
import type { Moment, SwitchInputs, SwitchState } from './switch-state.ts'

/** Every failover name of one process, with what it remembers of each. */
export interface Switchboard {
  /** What operators and other processes wrote. Before the first `decide`, and whenever it changed. */
  read(snapshot: Snapshot): void
  readonly decide: DecideFailover
  /** Lets time pass. True when something is to be answered otherwise than `decide` said last. */
  tick(): boolean
  /** By name and type, as in `data.demo.test. A`: names with a failover policy, as last read. */
  names(): ReadonlyMap<string, FailoverName>
  /** Switches that the store does not know of. */
  proposals(): readonly Proposal[]
  /** By name and type: what was decided of each. */
  states(): ReadonlyMap<string, DecidedSwitch>
}

export interface DecidedSwitch {
  readonly state: SwitchState
  readonly primary: Verdict | undefined
  readonly secondary: Verdict | undefined
}

export interface Proposal {
  readonly name: FailoverName
  readonly state: SwitchState
  /** Of the latch that it replaces. */
  readonly guard: Revision | 'absent'
}

export interface SwitchboardOptions {
  readonly now: () => Moment
  /** A name took a step that is more than time passing. */
  readonly changed: (change: SwitchChange) => void
}

export interface SwitchChange {
  readonly record: FailoverRecord
  readonly before: SwitchState | undefined
  readonly after: SwitchState
  readonly inputs: SwitchInputs
}

interface Entry {
  readonly record: FailoverRecord
  primary: Verdict | undefined
  secondary: Verdict | undefined
  state: SwitchState | undefined
  told: FailoverAnswer | undefined
}

export function switchboard({ now, changed }: SwitchboardOptions): Switchboard {
  const entries = new Map<string, Entry>()
  let names: ReadonlyMap<string, FailoverName> = new Map()
  let documents: Documents = { settings: switchingDefaults, own: new Map(), latches: new Map() }

  const inputsOf = (path: string, { primary, secondary }: Entry): SwitchInputs => {
    const own = documents.own.get(path)
    return {
      primary,
      secondary,
      settings:
        own?.failback === undefined ? documents.settings : { ...documents.settings, failback: own.failback },
      override: own?.override,
      latch: documents.latches.get(path)?.latch,
    }
  }
  const step = (path: string, entry: Entry): void => {
    const before = entry.state
    const inputs = inputsOf(path, entry)
    const after = nextSwitch(before, inputs, now())
    // With nothing to answer, what was decided is kept for when there is.
    if (after === undefined) return
    entry.state = after
    if (isChange(before, after)) changed({ record: entry.record, before, after, inputs })
  }
  const answerOf = ({ state, primary, secondary }: Entry): FailoverAnswer | undefined => {
    if (state === undefined || (primary === undefined && secondary === undefined)) return undefined
    const { answered, reason, unrest } = state
    return unrest === undefined
      ? { answered, reason }
      : { answered, reason, ttlSecondsMax: documents.settings.shortTtlSeconds }
  }

  return {
    read(snapshot) {
      names = failoverNames(snapshot)
      documents = documentsOf(snapshot, names)
      for (const path of entries.keys()) if (!names.has(path)) entries.delete(path)
    },
    decide(record, primary, secondary) {
      const path = recordPath(record)
      const entry = entries.get(path) ?? { record, primary, secondary, state: undefined, told: undefined }
      entries.set(path, entry)
      entry.primary = primary
      entry.secondary = secondary
      step(path, entry)
      entry.told = answerOf(entry)
      return entry.told
    },
    tick() {
      let isNews = false
      for (const [path, entry] of entries) {
        step(path, entry)
        if (!isSameAnswer(entry.told, answerOf(entry))) isNews = true
      }
      return isNews
    },
    names: () => names,
    proposals() {
      return [...entries].flatMap(([path, { state }]) => {
        const name = names.get(path)
        const latch = documents.latches.get(path)
        if (name === undefined || state === undefined || state.epoch <= (latch?.latch.epoch ?? 0)) return []
        return [{ name, state, guard: latch?.revision ?? 'absent' }]
      })
    },
    states: () =>
      new Map(
        [...entries].flatMap(([path, { state, primary, secondary }]) =>
          state === undefined ? [] : [[path, { state, primary, secondary }] as const],
        ),
      ),
  }
}

interface Documents {
  readonly settings: SwitchingSettings
  readonly own: ReadonlyMap<string, SwitchingDocument>
  readonly latches: ReadonlyMap<string, { readonly latch: SwitchLatch; readonly revision: Revision }>
}

function documentsOf(snapshot: Snapshot, names: ReadonlyMap<string, FailoverName>): Documents {
  const own = new Map<string, SwitchingDocument>()
  const latches = new Map<string, { latch: SwitchLatch; revision: Revision }>()
  for (const [path, name] of names) {
    const document = snapshot.get<SwitchingDocument>(switchingKey(name))
    if (document !== undefined) own.set(path, document.value)
    const latch = snapshot.get<SwitchLatch>(latchKey(name))
    if (latch !== undefined) latches.set(path, { latch: latch.value, revision: latch.revision })
  }
  const settings = snapshot.get<TopologySettings>(topologySettingsKey)?.value.failover
  return { settings: settings ?? switchingDefaults, own, latches }
}

function isChange(before: SwitchState | undefined, after: SwitchState): boolean {
  return before?.answered !== after.answered || before.hold?.kind !== after.hold?.kind
}

function isSameAnswer(a: FailoverAnswer | undefined, b: FailoverAnswer | undefined): boolean {
  return a?.answered === b?.answered && a?.reason === b?.reason && a?.ttlSecondsMax === b?.ttlSecondsMax
}
