/**
 * How one failover name switches. What an operator asks stands under `dns/switching/…`, what was decided under `dns/latch/…`; both end with
 * `<zone id>/<name with its final dot>/<type>`.
 */
export type Failback =
  /** Route 53's: as soon as the primary is healthy. */
  | { readonly kind: 'automatic' }
  /** When the primary has been healthy for this long without a break. */
  | { readonly kind: 'delayed'; readonly holdDownMs: number }
  /** Never by itself. */
  | { readonly kind: 'manual' }

/** What holds for every failover name, unless a document of its own says otherwise. */
export interface SwitchingSettings {
  readonly failback: Failback
  /** More switches than this within `windowMs` are made only where staying would serve nobody. */
  readonly switchesMax: number
  readonly windowMs: number
  /** Time to live while a switch is likely, where the record's own is longer. */
  readonly shortTtlSeconds: number
}

export interface SwitchOverride {
  /** 'freeze': stays where it is. */
  readonly to: 'primary' | 'secondary' | 'freeze'
  /** ISO 8601. From then on it counts no more, by the clock of whoever reads it. */
  readonly until: string
  readonly at: string
  readonly by: string
  readonly reason: string
}

/** Written by operators alone. */
export interface SwitchingDocument {
  readonly failback?: Failback
  readonly override?: SwitchOverride
}

/** The last switch, written by whichever DNS process decided it, or by an operator who orders failback. */
export interface SwitchLatch {
  /** Counts switches; never goes back. */
  readonly epoch: number
  readonly answered: 'PRIMARY' | 'SECONDARY'
  readonly reason: string
  /** A role or a person. */
  readonly by: string
  /** ISO 8601. */
  readonly at: string
  /** When it switched lately, ISO 8601, oldest first: at most `switchTimesMax`. */
  readonly switchedAt: readonly string[]
}

export const switchingLimits = {
  /** An override that nobody remembers must not outlive a shift or two. */
  overrideMsMax: 7 * 24 * 3_600_000,
  overrideMsMin: 1_000,
  holdDownMsMin: 1_000,
  holdDownMsMax: 24 * 3_600_000,
  switchesMax: 100,
  windowMsMin: 10_000,
  windowMsMax: 24 * 3_600_000,
  shortTtlSecondsMax: 3_600,
  switchTimesMax: 100,
  reasonCharactersMax: 500,
} as const

/**
 * Route 53 fails back at once and counts no switches. Ten in ten minutes are more than a drill needs; a name that needs more is flapping, and
 * stays where it is served.
 */
export const switchingDefaults: SwitchingSettings = {
  failback: { kind: 'automatic' },
  switchesMax: 10,
  windowMs: 600_000,
  shortTtlSeconds: 5,
}

export const switchingPrefix = 'dns/switching/'
export const latchPrefix = 'dns/latch/'

export interface FailoverName {
  readonly zoneId: string
  /** Lower case, with the final dot. */
  readonly name: string
  readonly type: string
}

const pathOf = ({ zoneId, name, type }: FailoverName): string => `${zoneId}/${name}/${type}`
export const switchingKey = (name: FailoverName): string => `${switchingPrefix}${pathOf(name)}`
export const latchKey = (name: FailoverName): string => `${latchPrefix}${pathOf(name)}`
