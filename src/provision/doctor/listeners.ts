import { leadsTo } from '../steps/listeners.ts'
import type { WantedCluster } from '../wanted.ts'
import type { Finding } from './finding.ts'
import type { Observation } from './observe.ts'

/** A load balancer with a listener on each port, each leading to the group of its port. */
export function examineListeners({ cluster, groups }: WantedCluster, observed: Observation): Finding[] {
  const balancer = observed.loadBalancers.get(cluster.name)
  if (balancer === undefined) {
    return [
      {
        what: `there is no load balancer ${cluster.name}`,
        mend: `aws elbv2 create-load-balancer --name ${cluster.name} --type network --subnets …`,
      },
    ]
  }
  const present = observed.listeners.get(cluster.name) ?? []
  return groups.flatMap(group => {
    const arn = observed.targetGroups.get(group.name)?.TargetGroupArn ?? '…'
    const listener = present.find(({ Port }) => Port === group.port)
    const actions = `--default-actions Type=forward,TargetGroupArn=${arn}`
    if (listener === undefined) {
      return [
        {
          what: `${cluster.name} has no listener on port ${group.port}`,
          mend: `aws elbv2 create-listener --load-balancer-arn ${balancer.LoadBalancerArn} --protocol TCP --port ${group.port} ${actions}`,
        },
      ]
    }
    if (leadsTo(listener, arn)) return []
    return [
      {
        what: `the listener on port ${group.port} of ${cluster.name} does not lead to ${group.name}`,
        mend: `aws elbv2 modify-listener --listener-arn ${listener.ListenerArn} ${actions}`,
      },
    ]
  })
}
