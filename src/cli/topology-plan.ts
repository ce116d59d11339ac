import { existsSync, readFileSync } from 'node:fs'
import type { TopologySettings } from '../resources/topology-settings.ts'
import type { WantedEndpoint } from './preflight.ts'

/** A valid topology file, and what it will need of this machine. */
export interface PlannedTopology {
  /** Absolute. */
  readonly file: string
  readonly settings: TopologySettings
  readonly endpoints: readonly WantedEndpoint[]
}

export declare function planTopology(file: string): PlannedTopology
void [existsSync, readFileSync]
