import type { Random } from '../../base/random.ts'
import type { OperationContext } from '../operation.ts'

type Account = Pick<OperationContext, 'accountId' | 'region'>

const arnOf = ({ region, accountId }: Account, resource: string): string =>
  `arn:aws:elasticloadbalancing:${region}:${accountId}:${resource}`

/** Of those that are served. */
export type BalancerType = 'application' | 'network'

const typeParts: Readonly<Record<BalancerType, string>> = { application: 'app', network: 'net' }

/** The part of load balancer, listener and rule ARNs that begins with the type: `net/NAME/16hex`. */
export const loadBalancerArn = (account: Account, type: BalancerType, name: string, id: string): string =>
  arnOf(account, `loadbalancer/${typeParts[type]}/${name}/${id}`)

export const targetGroupArn = (account: Account, name: string, id: string): string =>
  arnOf(account, `targetgroup/${name}/${id}`)

/** `…:loadbalancer/net/NAME/LB` to `…:listener/net/NAME/LB/ID`. */
export const listenerArn = (loadBalancer: string, id: string): string =>
  `${loadBalancer.replace(':loadbalancer/', ':listener/')}/${id}`

/** `…:listener/app/NAME/LB/LISTENER` to `…:listener-rule/app/NAME/LB/LISTENER/ID`. */
export const ruleArn = (listener: string, id: string): string =>
  `${listener.replace(':listener/', ':listener-rule/')}/${id}`

/** The default rule of a listener has the listener's id twice. */
export const defaultRuleArn = (listener: string): string =>
  ruleArn(listener, listener.slice(listener.lastIndexOf('/') + 1))

export const listenerArnOfRule = (rule: string): string =>
  rule.slice(0, rule.lastIndexOf('/')).replace(':listener-rule/', ':listener/')

/** Sixteen hexadecimal digits, as AWS has them. */
export function newArnId(random: Random): string {
  return [random.uint32(), random.uint32()].map(part => part.toString(16).padStart(8, '0')).join('')
}

export type ArnKind = 'loadbalancer' | 'targetgroup' | 'listener' | 'listener-rule'

export interface ParsedArn {
  readonly kind: ArnKind
  /** Of the load balancer, or of the target group. */
  readonly name: string
}

/** Undefined when it is no ARN of this API. */
export function parseArn(arn: string): ParsedArn | undefined {
  const match =
    /^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]*:\d*:(?:(loadbalancer|listener|listener-rule)\/(?:net|app|gwy)|(targetgroup))\/([A-Za-z0-9-]{1,64})\/[0-9a-f/]+$/.exec(
      arn,
    )
  const kind = match?.[1] ?? match?.[2]
  return kind === undefined ? undefined : { kind: kind as ArnKind, name: match?.[3] ?? '' }
}
