import type { InstanceDocument } from '../../resources/instances.ts'
import { type TargetDocument, type TargetGroupDocument, targetKey } from '../../resources/load-balancing.ts'
import type { Change, Snapshot } from '../../store/store.ts'
import { refuse } from './refuse.ts'

interface KnownTargetGroup {
  readonly name: string
  readonly port: number
  readonly byAddress: boolean
  readonly deregistrationDelayMs: number
}

const deregistrationDelaySecondsDefault = 300

export function targetGroupNames(snapshot: Snapshot, arns: readonly string[]): KnownTargetGroup[] {
  const all = snapshot.list<TargetGroupDocument>('elbv2/target-group/').map(({ value }) => value)
  return arns.map(arn => {
    const found = all.find(({ TargetGroup }) => TargetGroup.TargetGroupArn === arn)
    if (found === undefined)
      throw refuse(
        'ValidationError',
        `Provided Target Groups may not be valid. Target Group ${arn} not found.`,
      )
    const { TargetGroupName: name, Port: port, TargetType } = found.TargetGroup
    const seconds = Number(
      found.Attributes['deregistration_delay.timeout_seconds'] ?? deregistrationDelaySecondsDefault,
    )
    return { name, port, byAddress: TargetType === 'ip', deregistrationDelayMs: seconds * 1_000 }
  })
}

/** Those that are still there. */
export function knownTargetGroups(snapshot: Snapshot, arns: readonly string[]): KnownTargetGroup[] {
  return arns.flatMap(arn => {
    try {
      return targetGroupNames(snapshot, [arn])
    } catch {
      return []
    }
  })
}

function targetOf({ name, port, byAddress }: KnownTargetGroup, { Instance }: InstanceDocument) {
  const Id = byAddress ? Instance.PrivateIpAddress : Instance.InstanceId
  return { key: targetKey(name, Id, port), Target: { Id, Port: port } }
}

export function isRegistered(
  snapshot: Snapshot,
  groups: readonly KnownTargetGroup[],
  instance: InstanceDocument,
): boolean {
  return groups.every(group => {
    const found = snapshot.get<TargetDocument>(targetOf(group, instance).key)?.value
    return found !== undefined && found.DeregisteredAt === undefined
  })
}

export function registration(groups: readonly KnownTargetGroup[], instance: InstanceDocument): Change[] {
  return groups.map(group => {
    const { key, Target } = targetOf(group, instance)
    const value: TargetDocument = { Target }
    return { key, value }
  })
}

/** It drains from now on: no new connections. */
export function deregistration(
  snapshot: Snapshot,
  groups: readonly KnownTargetGroup[],
  instance: InstanceDocument,
  now: string,
): Change[] {
  return groups.flatMap(group => {
    const { key, Target } = targetOf(group, instance)
    if (snapshot.get(key) === undefined) return []
    const value: TargetDocument = { Target, DeregisteredAt: now }
    return [{ key, value }]
  })
}
