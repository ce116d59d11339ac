import assert from 'node:assert/strict'
import * as sdk from '@aws-sdk/client-elastic-load-balancing'
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2'
import type { DataPlanes } from '../aws/operation.ts'
import { balancerSnapshot } from '../balancer/selection/balancer-snapshot.ts'
import { certificateKey } from '../resources/certificates.ts'
import { type SubnetDocument, subnetKey } from '../resources/network.ts'
import { awsWorld } from './aws-world.ts'
import { networkDocuments } from './network-documents.ts'

/** ARN of a certificate that is there. */
export const classicCertificate = 'arn:aws:acm:us-east-1:123456789012:certificate/c'

export const classicName = { LoadBalancerName: 'old' }
export const classicTcp: sdk.Listener = { Protocol: 'TCP', LoadBalancerPort: 9996, InstancePort: 19996 }
const creation = { ...classicName, Listeners: [classicTcp], Subnets: ['subnet-a'] }

/** An account with a network, whose subnets are their zones' defaults, and clients of both APIs for load balancing; most calls are of `old`. */
export async function classicWorld(dataPlanes?: DataPlanes) {
  const { world: api, clientSettings } = awsWorld(dataPlanes === undefined ? {} : { dataPlanes })
  const { store } = api
  await store.commit([], [...networkDocuments(), { key: certificateKey(classicCertificate), value: {} }])
  for (const letter of ['a', 'b']) {
    const key = subnetKey(`subnet-${letter}`)
    const value = store.read().get<SubnetDocument>(key)?.value
    assert.ok(value)
    await store.commit([], [{ key, value: { Subnet: { ...value.Subnet, DefaultForAz: true } } }])
  }
  const settings = await clientSettings()
  const client = new sdk.ElasticLoadBalancingClient(settings)
  return {
    store,
    client,
    v2: new elbv2.ElasticLoadBalancingV2Client(settings),
    create: (changed: Partial<sdk.CreateLoadBalancerCommandInput> = {}) =>
      client.send(new sdk.CreateLoadBalancerCommand({ ...creation, ...changed })),
    register: (...ids: string[]) =>
      client.send(
        new sdk.RegisterInstancesWithLoadBalancerCommand({
          ...classicName,
          Instances: ids.map(InstanceId => ({ InstanceId })),
        }),
      ),
    deregister: (...ids: string[]) =>
      client.send(
        new sdk.DeregisterInstancesFromLoadBalancerCommand({
          ...classicName,
          Instances: ids.map(InstanceId => ({ InstanceId })),
        }),
      ),
    listen: (...Listeners: sdk.Listener[]) =>
      client.send(new sdk.CreateLoadBalancerListenersCommand({ ...classicName, Listeners })),
    modify: (LoadBalancerAttributes: sdk.LoadBalancerAttributes) =>
      client.send(new sdk.ModifyLoadBalancerAttributesCommand({ ...classicName, LoadBalancerAttributes })),
    described: async () => {
      const told = await client.send(new sdk.DescribeLoadBalancersCommand({ LoadBalancerNames: ['old'] }))
      return told.LoadBalancerDescriptions?.[0]
    },
    run: () => balancerSnapshot(store.read(), 'old', 'us-east-1a'),
  }
}
