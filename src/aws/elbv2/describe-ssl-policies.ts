import type {
  DescribeSSLPoliciesInput,
  DescribeSSLPoliciesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Operation } from '../operation.ts'
import { pageOf } from './page.ts'
import { refuse } from './refusal.ts'
import { sslPolicies } from './ssl-policies.ts'

export const describeSslPolicies: Operation<
  DescribeSSLPoliciesInput,
  DescribeSSLPoliciesOutput
> = async input => {
  const { Names, LoadBalancerType } = input
  const unknown = Names?.find(name => !sslPolicies.some(({ Name }) => Name === name))
  if (unknown !== undefined) throw refuse('SSLPolicyNotFound', `SSL policy '${unknown}' not found`)
  const wanted = sslPolicies.filter(
    ({ Name = '', SupportedLoadBalancerTypes = [] }) =>
      (Names?.includes(Name) ?? true) &&
      (LoadBalancerType === undefined || SupportedLoadBalancerTypes.includes(LoadBalancerType)),
  )
  const sorted = [...wanted].sort((a, b) => ((a.Name ?? '') < (b.Name ?? '') ? -1 : 1))
  const { items, NextMarker } = pageOf(sorted, ({ Name = '' }) => Name, input)
  return { SslPolicies: [...items], NextMarker }
}
