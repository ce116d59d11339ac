import type {
  DescribeLoadBalancersInput,
  DescribeLoadBalancersOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { type LoadBalancerDocument, loadBalancerKey } from '../../resources/load-balancing.ts'
import type { Operation } from '../operation.ts'
import { shownLoadBalancer } from './load-balancer-state.ts'
import { pageOf } from './page.ts'
import { refuse } from './refusal.ts'
import { loadBalancerOf, loadBalancers, noLoadBalancer } from './resources.ts'

const arnsMax = 20

export const describeLoadBalancers: Operation<
  DescribeLoadBalancersInput,
  DescribeLoadBalancersOutput
> = async (input, context) => {
  const { LoadBalancerArns, Names } = input
  if (LoadBalancerArns !== undefined && Names !== undefined)
    throw refuse(
      'ValidationError',
      'Load balancer names and load balancer ARNs cannot be specified at the same time',
    )
  if ((LoadBalancerArns ?? Names ?? []).length > arnsMax)
    throw refuse('ValidationError', `Up to ${arnsMax} load balancers can be described in a single call`)
  const snapshot = context.store.read()
  const found =
    LoadBalancerArns?.map(arn => loadBalancerOf(snapshot, arn).value) ??
    Names?.map(name => {
      const document = snapshot.get<LoadBalancerDocument>(loadBalancerKey(name))?.value
      if (document === undefined || document.Classic !== undefined) throw noLoadBalancer(name)
      return document
    }) ??
    loadBalancers(snapshot)
  const { items, NextMarker } = pageOf(found, ({ LoadBalancer }) => LoadBalancer.LoadBalancerName, input)
  return { LoadBalancers: items.map(document => shownLoadBalancer(document, context)), NextMarker }
}
