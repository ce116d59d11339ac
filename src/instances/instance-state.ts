import type { InstanceDocument } from '../resources/instances.ts'
import type { NodeStatus, ProcessState, ProcessStatus } from '../resources/status.ts'

export type InstanceStateName =
  | 'pending'
  | 'running'
  | 'shutting-down'
  | 'terminated'
  | 'stopping'
  | 'stopped'

/** AWS's numbers of the states (API reference, InstanceState). */
export const instanceStateCodes: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
}

/**
 * What an instance is, by what is wanted and by its process as the agent tells it. No word of a process: none is there (yet, or any more).
 *
 * | wanted     | no process | starting             | running       | stopping      | stopped    | backing off, crash looping |
 * |------------|------------|----------------------|---------------|---------------|------------|----------------------------|
 * | running    | pending    | pending, running ¹   | running       | pending       | pending    | running ¹                  |
 * | stopped    | stopped    | stopping             | stopping      | stopping      | stopped    | stopping                   |
 * | terminated | terminated | shutting-down        | shutting-down | shutting-down | terminated | shutting-down              |
 *
 * ¹ A machine whose system crashes and starts again is running all the while, with a status that is impaired.
 */
export function instanceState(
  desired: InstanceDocument['DesiredState'],
  process: ProcessStatus | undefined,
): InstanceStateName {
  const isGone = process === undefined || process.state === 'stopped'
  if (desired === 'terminated') return isGone ? 'terminated' : 'shutting-down'
  if (desired === 'stopped') return isGone ? 'stopped' : 'stopping'
  if (isGone || process.state === 'stopping') return 'pending'
  return process.state === 'starting' && process.restarts === 0 ? 'pending' : 'running'
}

export type Reachability = 'ok' | 'impaired' | 'initializing' | 'not-applicable'

const isWell: readonly ProcessState[] = ['running', 'starting']

/** The two status checks of a running instance: its machine (the process) and what runs on it (the node). */
export function instanceChecks(
  state: InstanceStateName,
  process: ProcessStatus | undefined,
  node: Pick<NodeStatus, 'ready'> | undefined,
): { readonly system: Reachability; readonly instance: Reachability } {
  if (state !== 'running') return { system: 'not-applicable', instance: 'not-applicable' }
  if (process === undefined || !isWell.includes(process.state))
    return { system: 'impaired', instance: 'impaired' }
  if (node === undefined) return { system: 'ok', instance: 'initializing' }
  return { system: 'ok', instance: node.ready ? 'ok' : 'impaired' }
}
