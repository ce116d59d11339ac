import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Network } from '../base/network.ts'
import type { Programs } from '../base/programs.ts'
import type { Random } from '../base/random.ts'
import type { WorkerProcesses } from '../base/worker-processes.ts'
import type { Store } from '../store/store.ts'

/** What every role process is given. */
export interface RoleContext {
  /** For example `balancer-active-a`; see resources/roles.ts. */
  readonly roleName: string
  readonly stateDir: string
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly network: Network
  /** Without it, nothing of the system is used but sockets and files. */
  readonly programs?: Programs
  /** Processes beside a balancer's own. Without it, that is alone. */
  readonly workers?: WorkerProcesses
  readonly log: Log
}

/**
 * A role that has started. `stop` ends it in good order: no new work, finish what runs within its own deadline, release ports. The
 * process exits afterwards. A role that cannot start rejects with an EverportError; one that meets a programmer error throws and ends.
 */
export interface RunningRole {
  stop(): Promise<void>
}
