import type {
  ListenerDocument,
  LoadBalancerDocument,
  RuleDocument,
  TargetGroupDocument,
} from '../../../resources/load-balancing.ts'
import type { Snapshot } from '../../../store/store.ts'
import { numberAttribute, truthAttribute } from '../attribute-values.ts'
import { type HttpRule, httpRules } from './http-rule.ts'

/** How an HTTP or HTTPS listener treats requests. */
export interface HttpListenerSnapshot {
  /** In the order in which they are compared; the last fits everything. */
  readonly rules: readonly HttpRule[]
  /** Silence between client and target, either way, that ends a request. */
  readonly idleTimeoutMs: number
  /** How long a client's connection may live; it is closed after the request that runs then. */
  readonly clientKeepAliveMs: number
  /** Whether clients may speak HTTP/2. */
  readonly http2: boolean
  readonly forwardedFor: 'append' | 'preserve' | 'remove'
  readonly tellsClientPort: boolean
  readonly dropsInvalidHeaders: boolean
}

/** How requests are spread over a target group. */
export interface HttpGroupSnapshot {
  readonly algorithm: 'round_robin' | 'least_outstanding_requests' | 'weighted_random'
  readonly stickiness: HttpStickiness | undefined
}

export interface HttpStickiness {
  /** 'app': the client stays as long as the application's own cookie of this name does. */
  readonly by: 'lb' | 'app'
  readonly cookieName: string
  readonly forSeconds: number
}

/** AWS's defaults: idle 60 s, client connections an hour, HTTP/2 on, X-Forwarded-For appended. */
export function httpListenerSnapshot(
  store: Snapshot,
  { LoadBalancer: balancer, Attributes: attributes }: LoadBalancerDocument,
  { Listener: listener }: ListenerDocument,
  nameOf: ReadonlyMap<string, string>,
): HttpListenerSnapshot {
  const rules = store
    .list<RuleDocument>(`elbv2/rule/${balancer.LoadBalancerName}/${listener.Port}/`)
    .map(({ value }) => ({
      priority: value.Rule.Priority,
      conditions: value.Rule.Conditions,
      actions: value.Rule.Actions,
    }))
  const mode = attributes['routing.http.xff_header_processing.mode']
  return {
    rules: httpRules(
      [...rules, { priority: 'default', conditions: [], actions: listener.DefaultActions }],
      arn => nameOf.get(arn),
    ),
    idleTimeoutMs: numberAttribute(attributes, 'idle_timeout.timeout_seconds', 60) * 1_000,
    clientKeepAliveMs: numberAttribute(attributes, 'client_keep_alive.seconds', 3_600) * 1_000,
    http2: truthAttribute(attributes, 'routing.http2.enabled', true),
    forwardedFor: mode === 'preserve' || mode === 'remove' ? mode : 'append',
    tellsClientPort: truthAttribute(attributes, 'routing.http.xff_client_port.enabled', false),
    dropsInvalidHeaders: truthAttribute(attributes, 'routing.http.drop_invalid_header_fields.enabled', false),
  }
}

const stickySecondsDefault = 86_400

export function httpGroupSnapshot({ Attributes: attributes }: TargetGroupDocument): HttpGroupSnapshot {
  const algorithm = attributes['load_balancing.algorithm.type']
  const isApp = attributes['stickiness.type'] === 'app_cookie'
  const kind = isApp ? 'app' : 'lb'
  return {
    algorithm:
      algorithm === 'least_outstanding_requests' || algorithm === 'weighted_random'
        ? algorithm
        : 'round_robin',
    stickiness: truthAttribute(attributes, 'stickiness.enabled', false)
      ? {
          by: kind,
          cookieName: isApp ? (attributes['stickiness.app_cookie.cookie_name'] ?? '') : 'AWSALB',
          forSeconds: numberAttribute(
            attributes,
            `stickiness.${kind}_cookie.duration_seconds`,
            stickySecondsDefault,
          ),
        }
      : undefined,
  }
}
