import type { Provisioning } from './provisioning.ts'
import type { Step } from './step.ts'
import { dns } from './steps/dns.ts'
import { instances, surplusInstances } from './steps/instances.ts'
import { listeners } from './steps/listeners.ts'
import { loadBalancers, surplusLoadBalancers } from './steps/load-balancers.ts'
import { network } from './steps/network.ts'
import { securityGroup } from './steps/security-group.ts'
import { surplusTargetGroups, targetGroups } from './steps/target-groups.ts'
import { targets } from './steps/targets.ts'

/** In the order of the guide, but for the load balancers: nodes must know their DNS names. */
const steps: readonly Step[] = [
  network,
  securityGroup,
  loadBalancers,
  targetGroups,
  instances,
  targets,
  listeners,
  surplusLoadBalancers,
  surplusTargetGroups,
  surplusInstances,
  dns,
]

/** First nobody is sent there any more, then it goes. */
const backwards: readonly Step[] = [network, dns, loadBalancers, targetGroups, instances, securityGroup]

/**
 * Brings the account to what the topology says, by describing what is there and making only the calls that are missing. It may be cut at any call:
 * the next run goes on from there. When nothing is missing it makes no mutating call.
 */
export async function apply(provisioning: Provisioning): Promise<void> {
  for (const step of steps) await step.apply(provisioning)
}

/** Takes away everything that `apply` made for this topology, and nothing else. */
export async function destroy(provisioning: Provisioning): Promise<void> {
  for (const step of backwards) await step.destroy(provisioning)
}
