import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import type { DataPlanes } from '../aws/operation.ts'
import { awsWorld } from './aws-world.ts'
import { networkDocuments } from './network-documents.ts'

/** An account with a network and nothing in it, and an admin's client of Elastic Load Balancing. */
export async function elbv2World(dataPlanes?: DataPlanes) {
  const { world, elbv2 } = awsWorld(dataPlanes === undefined ? {} : { dataPlanes })
  await world.store.commit([], networkDocuments())
  return { store: world.store, client: await elbv2() }
}

/** An application load balancer `shop` whose listener on port 80 forwards to the group `web`. Made again it is the same. */
export async function httpBalancer(client: sdk.ElasticLoadBalancingV2Client) {
  const alb: sdk.CreateLoadBalancerCommandInput = { Name: 'shop', Subnets: ['subnet-a', 'subnet-b'] }
  const { LoadBalancers } = await client.send(new sdk.CreateLoadBalancerCommand(alb))
  const group = { Name: 'web', Protocol: 'HTTP', Port: 8080, VpcId: 'vpc-1' } as const
  const { TargetGroups } = await client.send(new sdk.CreateTargetGroupCommand(group))
  const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? ''
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? ''
  const DefaultActions: sdk.Action[] = [{ Type: 'forward', TargetGroupArn }]
  const listener = { LoadBalancerArn, Port: 80, Protocol: 'HTTP' as const, DefaultActions }
  const { Listeners } = await client.send(new sdk.CreateListenerCommand(listener))
  return {
    LoadBalancerArn,
    TargetGroupArn,
    ListenerArn: Listeners?.[0]?.ListenerArn ?? '',
    alb,
    group,
    listener,
    created: LoadBalancers?.[0],
  }
}

/** A rule's condition on the path. */
export const pathCondition = (...Values: string[]): sdk.RuleCondition => ({ Field: 'path-pattern', Values })
/** A rule's action that needs no group. */
export const goneAction: sdk.Action[] = [
  { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '410' } },
]

/** An application load balancer, and short words for its listener's rules. */
export async function rulesWorld() {
  const { client, store } = await elbv2World()
  const made = await httpBalancer(client)
  const { ListenerArn } = made
  const create = async (
    Priority: number,
    Conditions: sdk.RuleCondition[] = [pathCondition('/a')],
    Actions: sdk.Action[] = goneAction,
  ): Promise<sdk.Rule> => {
    const { Rules } = await client.send(
      new sdk.CreateRuleCommand({ ListenerArn, Priority, Conditions, Actions }),
    )
    return Rules?.[0] ?? {}
  }
  const describe = async (input: Partial<sdk.DescribeRulesInput> = { ListenerArn }) =>
    (await client.send(new sdk.DescribeRulesCommand(input))).Rules ?? []
  return { client, store, create, describe, ...made }
}

/** Name and sentence of the error. */
export const refusal = (pending: Promise<unknown>): Promise<string> =>
  pending.then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  )
