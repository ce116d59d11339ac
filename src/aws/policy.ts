/** What an access key may do: 'read-only' asks, 'operator' also keeps what is there running, 'admin' does everything. */
export type PolicyName = 'read-only' | 'operator' | 'admin'

export const policyNames: readonly PolicyName[] = ['read-only', 'operator', 'admin']

/** AWS names what changes nothing so, in each of the services that we serve. */
const asks = /^(?:Describe|Get|List|Test|Filter)/

/**
 * Day-to-day work on what is there: targets in and out, instances up and down, the weights of an action, where a listener leads, records.
 * Making and deleting load balancers, zones, groups and networks is left to admins.
 */
const operates: ReadonlySet<string> = new Set([
  'RegisterTargets',
  'DeregisterTargets',
  'RegisterInstancesWithLoadBalancer',
  'DeregisterInstancesFromLoadBalancer',
  'ModifyListener',
  'ModifyRule',
  'SetRulePriorities',
  'ModifyTargetGroup',
  'ModifyTargetGroupAttributes',
  'StartInstances',
  'StopInstances',
  'RebootInstances',
  'SetDesiredCapacity',
  'SetInstanceHealth',
  'ChangeResourceRecordSets',
  'UpdateHealthCheck',
])

export function allows(policy: PolicyName, operation: string): boolean {
  switch (policy) {
    case 'admin':
      return true
    case 'operator':
      return asks.test(operation) || operates.has(operation)
    case 'read-only':
      return asks.test(operation)
  }
}
