import type {
  DescribeTargetHealthInput,
  DescribeTargetHealthOutput,
  TargetHealth,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { healthWords, shownHealth } from '../../resources/health-words.ts'
import { type TargetDocument, type TargetGroupDocument, targetKey } from '../../resources/load-balancing.ts'
import type { BalancerStatus } from '../../resources/status.ts'
import type { Snapshot } from '../../store/store.ts'
import type { DataPlanes, Operation } from '../operation.ts'
import { parseArn } from './arns.ts'
import { targetGroupOf, targetsOf } from './resources.ts'
import { keyOfTarget } from './targets.ts'

/**
 * What the balancers that live observe now. Where those of several zones differ, the worst is told: a target is healthy when every zone that
 * uses it finds it so.
 *
 * | the group                             | each target                                             |
 * |---------------------------------------|---------------------------------------------------------|
 * | no listener leads to it               | unused, Target.NotInUse                                 |
 * | its load balancer has no process      | unavailable, Elb.InternalError                          |
 * | otherwise                             | what each process that lives tells; and of one that has |
 * |                                       | not told yet: initial, Elb.RegistrationInProgress       |
 * | and for one that is asked and not there | unused, Target.NotRegistered                          |
 */
export const describeTargetHealth: Operation<DescribeTargetHealthInput, DescribeTargetHealthOutput> = async (
  { TargetGroupArn, Targets },
  { store, dataPlanes },
) => {
  const snapshot = store.read()
  const { TargetGroup: group } = targetGroupOf(snapshot, TargetGroupArn).value
  const registered = targetsOf(snapshot, group.TargetGroupName)
  const observed = observedTargets(snapshot, group, dataPlanes)
  const describe = (
    key: string,
    target: TargetDocument['Target'],
    isRegistered: boolean,
  ): TargetHealthDescription => ({
    Target: target,
    HealthCheckPort: group.HealthCheckPort === 'traffic-port' ? String(target.Port) : group.HealthCheckPort,
    TargetHealth: isRegistered ? healthOf(observed, key) : shownHealth(healthWords.notRegistered),
  })
  if (Targets === undefined)
    return { TargetHealthDescriptions: registered.map(({ key, value }) => describe(key, value.Target, true)) }
  const known = new Map(registered.map(({ key, value }) => [key, value.Target]))
  return {
    TargetHealthDescriptions: Targets.map(target => {
      const key = keyOfTarget(group, target)
      const found = known.get(key)
      return describe(
        key,
        found ?? { Id: target.Id ?? '', Port: target.Port ?? group.Port },
        found !== undefined,
      )
    }),
  }
}

/** Of each process that lives, what it tells by target. */
type Observations = TargetHealth | readonly ReadonlyMap<string, TargetHealth>[]

function healthOf(observed: Observations, key: string): TargetHealth {
  if (!isTold(observed)) return observed
  // A process that has begun and not looked yet may be where the next client comes.
  const told = observed.map(each => each.get(key) ?? shownHealth(healthWords.registering))
  const inUse = told.filter(({ State }) => State !== 'unused')
  const [worst] = [...(inUse.length > 0 ? inUse : told)].sort((a, b) => rank(b) - rank(a))
  return worst ?? shownHealth(healthWords.registering)
}

function isTold(observed: Observations): observed is readonly ReadonlyMap<string, TargetHealth>[] {
  return Array.isArray(observed)
}

function observedTargets(
  snapshot: Snapshot,
  group: TargetGroupDocument['TargetGroup'],
  { isAlive }: DataPlanes,
): Observations {
  if (group.LoadBalancerArns.length === 0) return shownHealth(healthWords.notInUse)
  const statuses = group.LoadBalancerArns.flatMap(arn =>
    snapshot.list<BalancerStatus>(`status/balancer/${parseArn(arn)?.name ?? ''}/`),
  ).filter(({ key }) => isAlive(key))
  if (statuses.length === 0) return shownHealth(healthWords.noBalancer)
  return statuses.map(
    ({ value }) =>
      new Map(
        value.targets
          .filter(({ TargetGroupArn }) => TargetGroupArn === group.TargetGroupArn)
          .map(({ Target, TargetHealth: told }) => [
            targetKey(group.TargetGroupName, Target.Id, Target.Port),
            told,
          ]),
      ),
  )
}

const order: readonly (string | undefined)[] = [
  'unused',
  'healthy',
  'initial',
  'unavailable',
  'unhealthy',
  'unhealthy.draining',
  'draining',
]
const rank = ({ State }: TargetHealth): number => order.indexOf(State)
