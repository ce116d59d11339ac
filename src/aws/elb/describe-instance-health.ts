import type {
  DescribeEndPointStateInput,
  DescribeEndPointStateOutput,
  InstanceState,
} from '@aws-sdk/client-elastic-load-balancing'
import type { BalancerStatus } from '../../resources/status.ts'
import type { Snapshot } from '../../store/store.ts'
import type { DataPlanes, Operation } from '../operation.ts'
import { classicOf } from './classic-balancer.ts'
import { instanceNamed, knownInstances } from './instances.ts'

/**
 * What the balancers that live observe now, the worst that any of them finds on any port of the instance.
 *
 * | the instance                        | state        | reason   |
 * |-------------------------------------|--------------|----------|
 * | is not registered                   | OutOfService | N/A      |
 * | is stopped                          | OutOfService | Instance |
 * | failed its checks                   | OutOfService | Instance |
 * | has not been checked yet, by one    | OutOfService | ELB      |
 * | is in a zone that is not enabled    | OutOfService | ELB      |
 * | is seen by no process, none running | Unknown      | ELB      |
 * | passed everywhere                   | InService    | N/A      |
 */
export const describeInstanceHealth: Operation<
  DescribeEndPointStateInput,
  DescribeEndPointStateOutput
> = async ({ LoadBalancerName, Instances: asked }, { store, dataPlanes }) => {
  const snapshot = store.read()
  const { Instances: registered } = classicOf(snapshot, LoadBalancerName).value.Classic
  const told = observations(snapshot, LoadBalancerName, dataPlanes)
  const ids = asked === undefined || asked.length === 0 ? registered : knownInstances(snapshot, asked)
  return {
    InstanceStates: ids.map(InstanceId => ({
      InstanceId,
      ...(registered.includes(InstanceId) ? stateOf(snapshot, InstanceId, told) : notRegistered),
    })),
  }
}

/** Of each process that lives, by instance, the states that it tells of its targets; undefined when no process lives. */
type Observations = readonly ReadonlyMap<string, readonly string[]>[] | undefined

function observations(snapshot: Snapshot, name: string, { isAlive }: DataPlanes): Observations {
  const statuses = snapshot.list<BalancerStatus>(`status/balancer/${name}/`).filter(({ key }) => isAlive(key))
  if (statuses.length === 0) return undefined
  return statuses.map(({ value }) => {
    const states = new Map<string, string[]>()
    for (const { Target, TargetHealth } of value.targets)
      states.set(Target.Id, [...(states.get(Target.Id) ?? []), TargetHealth.State])
    return states
  })
}

function stateOf(snapshot: Snapshot, id: string, told: Observations): InstanceState {
  if (instanceNamed(snapshot, id)?.DesiredState !== 'running')
    return outOfService('Instance', 'Instance is in stopped state.')
  if (told === undefined) return transient
  // A process that has begun and not looked yet may be where the next client comes.
  const states = told.flatMap(each => each.get(id) ?? ['initial'])
  const isAny = (...wanted: readonly string[]): boolean => states.some(state => wanted.includes(state))
  if (isAny('unhealthy', 'unhealthy.draining'))
    return outOfService(
      'Instance',
      'Instance has failed at least the UnhealthyThreshold number of health checks consecutively.',
    )
  if (isAny('initial', 'draining')) return outOfService('ELB', 'Instance registration is still in progress.')
  if (isAny('unavailable')) return transient
  if (!isAny('healthy'))
    return outOfService(
      'ELB',
      'Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.',
    )
  return { State: 'InService', ReasonCode: 'N/A', Description: 'N/A' }
}

const outOfService = (ReasonCode: string, Description: string): InstanceState => ({
  State: 'OutOfService',
  ReasonCode,
  Description,
})
const notRegistered = outOfService('N/A', 'Instance is not currently registered with the LoadBalancer.')
const transient: InstanceState = {
  State: 'Unknown',
  ReasonCode: 'ELB',
  Description: 'A transient error occurred. Please try again later.',
}
