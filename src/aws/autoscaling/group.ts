import type { InstanceDocument } from '../../resources/instances.ts'
import {
  type LaunchConfigurationDocument,
  launchConfigurationKey,
  type ScalingGroupDocument,
  scalingGroupKey,
  scalingGroupPrefix,
} from '../../resources/scaling.ts'
import type { Snapshot } from '../../store/store.ts'
import { allInstances, stateOf } from '../ec2/instance.ts'
import { refuse } from './refuse.ts'

export function allScalingGroups(snapshot: Snapshot): ScalingGroupDocument[] {
  return snapshot.list<ScalingGroupDocument>(scalingGroupPrefix).map(({ value }) => value)
}

export function scalingGroupOf(snapshot: Snapshot, name: string): ScalingGroupDocument {
  const found = snapshot.get<ScalingGroupDocument>(scalingGroupKey(name))?.value
  if (found === undefined)
    throw refuse('ValidationError', `AutoScalingGroup name not found - AutoScalingGroup ${name} not found`)
  return found
}

export function launchConfigurationOf(snapshot: Snapshot, name: string): LaunchConfigurationDocument {
  const found = snapshot.get<LaunchConfigurationDocument>(launchConfigurationKey(name))?.value
  if (found === undefined)
    throw refuse(
      'ValidationError',
      `Launch configuration name not found - A launch configuration with the name: ${name} does not exist`,
    )
  return found
}

/** Its instances, but for those that are terminated. */
export function membersOf(snapshot: Snapshot, group: string): InstanceDocument[] {
  return allInstances(snapshot).filter(
    document => document.Scaling?.Group === group && stateOf(snapshot, document) !== 'terminated',
  )
}

/** Names are parts of keys. */
export function refuseName(name: string): void {
  if (!/^[\w.=+@: -]{1,255}$/.test(name))
    throw refuse(
      'ValidationError',
      `The name '${name}' has characters other than letters, digits and _ . = + @ : - and blanks, or is too long`,
    )
}
