import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { ForwardSnapshot } from '../balancer-snapshot.ts'
import { type Condition, condition } from './condition.ts'
import type { RequestFacts } from './request-facts.ts'

/** One rule of an HTTP listener, made ready for comparing. */
export interface HttpRule {
  /** Undefined: the default rule, which is the last and fits everything. */
  readonly priority: number | undefined
  /** All of them must be met. */
  readonly conditions: readonly Condition[]
  readonly action: HttpAction
}

export type HttpAction =
  | {
      readonly type: 'forward'
      readonly forward: readonly ForwardSnapshot[]
      /** How long a client keeps the group that it was given first. Undefined: not at all. */
      readonly stickyForSeconds: number | undefined
    }
  | {
      readonly type: 'redirect'
      readonly status: 301 | 302
      readonly protocol: string
      readonly host: string
      readonly port: string
      readonly path: string
      readonly query: string
    }
  | {
      readonly type: 'fixed-response'
      readonly status: number
      readonly contentType: string
      readonly body: string
    }
  /** An action that this balancer does not know, such as a login: nobody gets past it. */
  | { readonly type: 'refused'; readonly why: string }

export interface RuleText {
  /** A number, or `default`. */
  readonly priority: string
  readonly conditions: readonly RuleCondition[]
  readonly actions: readonly Action[]
}

/** Rules in the order in which they are compared: by priority, the default last. `nameOf` gives a target group's name by its ARN. */
export function httpRules(
  rules: readonly RuleText[],
  nameOf: (arn: string) => string | undefined,
): readonly HttpRule[] {
  return rules
    .map(({ priority, conditions, actions }) => ({
      priority: priority === 'default' ? undefined : Number(priority),
      conditions: conditions.map(condition),
      action: httpAction(actions, nameOf),
    }))
    .sort((a, b) => (a.priority ?? Infinity) - (b.priority ?? Infinity))
}

/** The first rule that a request meets. */
export function ruleFor(rules: readonly HttpRule[], request: RequestFacts): HttpRule | undefined {
  return rules.find(({ conditions }) => conditions.every(isMet => isMet(request)))
}

function httpAction(actions: readonly Action[], nameOf: (arn: string) => string | undefined): HttpAction {
  const unknown = actions.find(({ Type }) => !['forward', 'redirect', 'fixed-response'].includes(Type ?? ''))
  if (unknown !== undefined) return { type: 'refused', why: `no action of type ${unknown.Type}` }
  const [action] = actions
  switch (action?.Type) {
    case 'redirect': {
      const { StatusCode, Protocol, Host, Port, Path, Query } = action.RedirectConfig ?? {}
      return {
        type: 'redirect',
        status: StatusCode === 'HTTP_302' ? 302 : 301,
        protocol: Protocol ?? '#{protocol}',
        host: Host ?? '#{host}',
        port: Port ?? '#{port}',
        path: Path ?? '/#{path}',
        query: Query ?? '#{query}',
      }
    }
    case 'fixed-response': {
      const { StatusCode, ContentType, MessageBody } = action.FixedResponseConfig ?? {}
      return {
        type: 'fixed-response',
        status: Number(StatusCode ?? 500),
        contentType: ContentType ?? 'text/plain',
        body: MessageBody ?? '',
      }
    }
    case 'forward':
      return forwardAction(action, nameOf)
    default:
      return { type: 'refused', why: 'no action' }
  }
}

const stickySecondsDefault = 3_600

function forwardAction(action: Action, nameOf: (arn: string) => string | undefined): HttpAction {
  const tuples = action.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action.TargetGroupArn }]
  const sticky = action.ForwardConfig?.TargetGroupStickinessConfig
  return {
    type: 'forward',
    forward: tuples.flatMap(({ TargetGroupArn = '', Weight = 1 }) => {
      const targetGroup = nameOf(TargetGroupArn)
      return targetGroup === undefined ? [] : [{ targetGroup, weight: Weight }]
    }),
    stickyForSeconds: sticky?.Enabled === true ? (sticky.DurationSeconds ?? stickySecondsDefault) : undefined,
  }
}
