import type {
  ListenerDocument,
  LoadBalancerDocument,
  TargetGroupDocument,
} from '../../resources/load-balancing.ts'
import type { Snapshot } from '../../store/store.ts'
import { numberAttribute } from './attribute-values.ts'
import type { ListenerSnapshot } from './balancer-snapshot.ts'
import { httpListenerSnapshot } from './rules/http-snapshot.ts'
import { sourceRules } from './source-rules.ts'
import { tlsSnapshot } from './tls-snapshot.ts'

/** AWS: `tcp.idle_timeout.seconds` of a listener, 60 … 6000; a TLS listener's cannot be changed, but for that of a Classic load balancer. */
const idleTimeoutSecondsDefault = 350
/** AWS: of UDP flows, and cannot be changed. */
const udpIdleTimeoutMs = 120_000

const tcpProtocols: ReadonlySet<string> = new Set(['TCP', 'TLS', 'TCP_UDP'])
const httpProtocols: ReadonlySet<string> = new Set(['HTTP', 'HTTPS'])
const udpProtocols: ReadonlySet<string> = new Set(['UDP', 'TCP_UDP'])

/** Whether a listener of a network load balancer takes TCP connections, with TLS or without. */
export const takesTcp = ({ protocol }: { readonly protocol: string }): boolean => tcpProtocols.has(protocol)
export const takesUdp = ({ protocol }: { readonly protocol: string }): boolean => udpProtocols.has(protocol)

/** Listeners of one load balancer, in order of their documents. */
export function listenerSnapshots(
  store: Snapshot,
  loadBalancer: LoadBalancerDocument | undefined,
  groups: readonly TargetGroupDocument[],
): ListenerSnapshot[] {
  const name = loadBalancer?.LoadBalancer.LoadBalancerName ?? ''
  const nameOf = new Map(
    groups.map(group => [group.TargetGroup.TargetGroupArn, group.TargetGroup.TargetGroupName]),
  )
  return store.list<ListenerDocument>(`elbv2/listener/${name}/`).map(({ value }) => {
    const listener = listenerSnapshot(store, value, nameOf, loadBalancer)
    return loadBalancer === undefined || !httpProtocols.has(listener.protocol)
      ? listener
      : { ...listener, ...requestRouting(store, loadBalancer, value, nameOf) }
  })
}

/** An HTTP listener decides for each request by its rules: every group that one of them names is in use. */
function requestRouting(
  store: Snapshot,
  loadBalancer: LoadBalancerDocument,
  document: ListenerDocument,
  nameOf: ReadonlyMap<string, string>,
): Pick<ListenerSnapshot, 'http' | 'forward'> {
  const http = httpListenerSnapshot(store, loadBalancer, document, nameOf)
  const forward = http.rules.flatMap(({ action }) => (action.type === 'forward' ? action.forward : []))
  return { http, forward }
}

function listenerSnapshot(
  store: Snapshot,
  document: ListenerDocument,
  nameOf: ReadonlyMap<string, string>,
  loadBalancer: LoadBalancerDocument | undefined,
): ListenerSnapshot {
  const { Listener: listener, Attributes: attributes } = document
  const action = listener.DefaultActions.find(candidate => candidate.Type === 'forward')
  const tuples = action?.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action?.TargetGroupArn }]
  const forward = tuples.flatMap(tuple => {
    const name = nameOf.get(tuple.TargetGroupArn ?? '')
    return name === undefined ? [] : [{ targetGroup: name, weight: tuple.Weight ?? 1 }]
  })
  const isTls = listener.Protocol === 'TLS' || listener.Protocol === 'HTTPS'
  const allowed = sourceRules(store, loadBalancer?.LoadBalancer.SecurityGroups ?? [], listener.Port)
  const isFixed = isTls && loadBalancer?.Classic === undefined
  const idleSeconds = isFixed
    ? idleTimeoutSecondsDefault
    : numberAttribute(attributes, 'tcp.idle_timeout.seconds', idleTimeoutSecondsDefault)
  return {
    port: listener.Port,
    protocol: listener.Protocol,
    idleTimeoutMs: idleSeconds * 1_000,
    udpIdleTimeoutMs,
    forward,
    isGroupSticky: action?.ForwardConfig?.TargetGroupStickinessConfig?.Enabled === true,
    ...(allowed === undefined ? {} : { allowed }),
    ...(isTls ? { tls: tlsSnapshot(store, document) } : {}),
  }
}
