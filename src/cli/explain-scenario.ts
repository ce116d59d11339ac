import { EverportError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { wantedRoles } from '../instances/wanted-roles.ts'
import { type HealthCheckDocument, healthCheckPrefix } from '../resources/health-checks.ts'
import { type InstanceDocument, instancePrefix } from '../resources/instances.ts'
import type { LoadBalancerDocument } from '../resources/load-balancing.ts'
import { balancerRoleName, nodeRoleName } from '../resources/roles.ts'
import { type BalancerStatus, type ProcessStatus, processStatusKey } from '../resources/status.ts'
import type { Snapshot } from '../store/store.ts'
import { overlaid } from './overlaid-snapshot.ts'

/** A state of the world that is not: what it changes in the store, and which health checks fail. */
export interface Scenario {
  apply(snapshot: Snapshot): Snapshot
  readonly failedChecks: ReadonlySet<string>
}

/** Each of `assumptions` as `down=WHAT`. Throws an EverportError that says what there is. */
export function scenario(snapshot: Snapshot, assumptions: readonly string[]): Scenario {
  const balancers = new Set<string>()
  const instances = new Set<string>()
  const failedChecks = new Set<string>()
  for (const assumption of assumptions) {
    const [word, what = ''] = assumption.split(/=(.*)/s, 2)
    if (word !== 'down' || what === '')
      throw new EverportError('invalid_input', `--if ${assumption}: expected down=WHAT`, {
        hint: '--if down=active',
      })
    const found = thingsNamed(snapshot, what)
    for (const role of found.balancers) balancers.add(role)
    for (const id of found.instances) instances.add(id)
    for (const id of found.checks) failedChecks.add(id)
  }
  return {
    failedChecks,
    apply: current =>
      overlaid(current, [
        ...[...balancers].map(role => [processStatusKey(role), stopped] as const),
        ...current
          .list<BalancerStatus>('status/balancer/')
          .map(({ key, value }) => [key, withoutTargets(value, instances)] as const),
      ]),
  }
}

const stopped: ProcessStatus = { state: 'stopped', restarts: 0, since: '', reason: 'supposed to be down' }

function withoutTargets(status: BalancerStatus, instances: ReadonlySet<string>): BalancerStatus {
  const targets = status.targets.map(target =>
    instances.has(target.Target.Id)
      ? { ...target, TargetHealth: { State: 'unhealthy' as const }, Evidence: 'supposed to be down' }
      : target,
  )
  return { ...status, targets }
}

interface Things {
  readonly balancers: readonly string[]
  readonly instances: readonly string[]
  readonly checks: readonly string[]
}

/** A cluster is its balancers and its nodes. */
function thingsNamed(snapshot: Snapshot, what: string): Things {
  const balancers = snapshot.list<LoadBalancerDocument>('elbv2/load-balancer/').flatMap(({ value }) => {
    const { LoadBalancerName: cluster, AvailabilityZones } = value.LoadBalancer
    return AvailabilityZones.map(({ ZoneName: zone = '' }) => ({
      cluster,
      names: [balancerRoleName(cluster, zone), `balancer-${cluster}-${zone}`, `${cluster}/${zone}`],
      role: balancerRoleName(cluster, zone),
    }))
  })
  const instances = snapshot.list<InstanceDocument>(instancePrefix).map(({ value }) => ({
    cluster: value.UserData.cluster,
    names: [value.UserData.name, nodeRoleName(value.UserData.name), value.Instance.InstanceId],
    id: value.Instance.InstanceId,
  }))
  const checks = snapshot
    .list<HealthCheckDocument>(healthCheckPrefix)
    .map(({ value }) => value.HealthCheck.Id)
    .filter(id => id === what)
  const fits = (thing: { readonly cluster: string; readonly names: readonly string[] }): boolean =>
    thing.cluster === what || thing.names.includes(what)
  const found = {
    balancers: balancers.filter(fits).map(({ role }) => role),
    instances: instances.filter(fits).map(({ id }) => id),
    checks,
  }
  if (found.balancers.length + found.instances.length + checks.length > 0) return found
  const known = [
    ...new Set([...balancers, ...instances].flatMap(({ cluster, names }) => [cluster, names[0] ?? ''])),
  ]
  const suggestion = nearest(what, [...known, ...wantedRoles(snapshot).map(role => role.name)])
  throw new EverportError(
    'not_found',
    `--if down=${what}: no cluster, balancer, node or health check is called so`,
    {
      detail: `there are: ${known.join(', ')}`,
      ...(suggestion === undefined ? {} : { hint: `--if down=${suggestion}` }),
    },
  )
}
