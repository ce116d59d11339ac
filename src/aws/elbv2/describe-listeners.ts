import type {
  DescribeListenersInput,
  DescribeListenersOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Operation } from '../operation.ts'
import { pageOf } from './page.ts'
import { refuse } from './refusal.ts'
import { listenerOf, listenersOf, loadBalancerOf } from './resources.ts'

export const describeListeners: Operation<DescribeListenersInput, DescribeListenersOutput> = async (
  input,
  { store },
) => {
  const { LoadBalancerArn, ListenerArns } = input
  const snapshot = store.read()
  if ((LoadBalancerArn === undefined) === (ListenerArns === undefined))
    throw refuse('ValidationError', 'You must specify either listener ARNs or a load balancer ARN')
  const found =
    ListenerArns?.map(arn => listenerOf(snapshot, arn)) ??
    listenersOf(snapshot, loadBalancerOf(snapshot, LoadBalancerArn ?? '').value.LoadBalancer.LoadBalancerName)
  const { items, NextMarker } = pageOf(found, ({ key }) => key, input)
  return { Listeners: items.map(({ value }) => value.Listener), NextMarker }
}
