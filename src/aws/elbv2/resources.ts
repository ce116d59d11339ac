import {
  type ListenerDocument,
  type LoadBalancerDocument,
  loadBalancerKey,
  type TargetDocument,
  type TargetGroupDocument,
  targetGroupKey,
} from '../../resources/load-balancing.ts'
import type { Change, Document, Snapshot } from '../../store/store.ts'
import { type BalancerType, parseArn } from './arns.ts'
import { refuse } from './refusal.ts'

export const loadBalancerPrefix = 'elbv2/load-balancer/'
export const targetGroupPrefix = 'elbv2/target-group/'
export const listenerPrefix = (loadBalancer = ''): string =>
  loadBalancer === '' ? 'elbv2/listener/' : `elbv2/listener/${loadBalancer}/`
/** Of one listener, or of all those of a load balancer. */
export const rulePrefix = (loadBalancer: string, port?: number): string =>
  `elbv2/rule/${loadBalancer}/${port === undefined ? '' : `${port}/`}`
export const targetPrefix = (targetGroup: string): string => `elbv2/target/${targetGroup}/`

/** Load balancers and target groups of this API: those of Classic load balancers are known to theirs alone. */
export const loadBalancers = (snapshot: Snapshot): readonly LoadBalancerDocument[] =>
  snapshot
    .list<LoadBalancerDocument>(loadBalancerPrefix)
    .map(({ value }) => value)
    .filter(({ Classic }) => Classic === undefined)
export const targetGroups = (snapshot: Snapshot): readonly TargetGroupDocument[] =>
  snapshot
    .list<TargetGroupDocument>(targetGroupPrefix)
    .map(({ value }) => value)
    .filter(({ TargetGroup }) => !isClassicGroup(TargetGroup.TargetGroupName))

/** Named `<load balancer>.<protocol>.<port>`: no name of this API has a dot. */
export const isClassicGroup = (name: string): boolean => name.includes('.')

export function loadBalancerOf(snapshot: Snapshot, arn: string): Document<LoadBalancerDocument> {
  const parsed = checkedArn(arn, 'loadbalancer', 'load balancer')
  const found = snapshot.get<LoadBalancerDocument>(loadBalancerKey(parsed))
  if (found?.value.LoadBalancer.LoadBalancerArn !== arn) throw noLoadBalancer(arn)
  return found
}

export function targetGroupOf(snapshot: Snapshot, arn: string): Document<TargetGroupDocument> {
  const parsed = checkedArn(arn, 'targetgroup', 'target group')
  const found = snapshot.get<TargetGroupDocument>(targetGroupKey(parsed))
  if (found?.value.TargetGroup.TargetGroupArn !== arn) throw noTargetGroup()
  return found
}

export function listenerOf(snapshot: Snapshot, arn: string): Document<ListenerDocument> {
  const loadBalancer = checkedArn(arn, 'listener', 'listener')
  const found = snapshot
    .list<ListenerDocument>(listenerPrefix(loadBalancer))
    .find(({ value }) => value.Listener.ListenerArn === arn)
  if (found === undefined) throw noListener()
  return found
}

export const listenersOf = (
  snapshot: Snapshot,
  loadBalancer: string,
): readonly Document<ListenerDocument>[] => snapshot.list<ListenerDocument>(listenerPrefix(loadBalancer))

export const targetsOf = (snapshot: Snapshot, targetGroup: string): readonly Document<TargetDocument>[] =>
  snapshot.list<TargetDocument>(targetPrefix(targetGroup))

export const balancerTypeOf = ({ LoadBalancer }: LoadBalancerDocument): BalancerType =>
  LoadBalancer.Type === 'application' ? 'application' : 'network'

/** A document that a decision over a whole prefix rests on, written as it is: of two that decide at once, one decides again. */
export const touched = ({ key, value }: Document<object>): Change => ({ key, value })

export const noLoadBalancer = (arn: string) =>
  refuse('LoadBalancerNotFound', `Load balancer '${arn}' not found`)
export const noTargetGroup = () => refuse('TargetGroupNotFound', 'One or more target groups not found')
export const noListener = () => refuse('ListenerNotFound', 'One or more listeners not found')
export const noRule = () => refuse('RuleNotFound', 'One or more rules not found')

function checkedArn(arn: string, kind: string, words: string): string {
  const parsed = parseArn(arn)
  if (parsed?.kind === kind) return parsed.name
  throw refuse('ValidationError', `'${arn}' is not a valid ${words} ARN`)
}
