import { type BalancerSnapshot, balancerSnapshot } from '../balancer/selection/balancer-snapshot.ts'
import { type ExplainedFlow, explainFlow } from '../balancer/selection/explain-flow.ts'
import { ipProtocol } from '../balancer/selection/flow-hash.ts'
import type { TargetStates } from '../balancer/selection/target-state.ts'
import { EverportError } from '../base/errors.ts'
import { parseAddress } from '../base/ip-address.ts'
import type { Endpoint } from '../base/network.ts'
import type { LoadBalancerDocument } from '../resources/load-balancing.ts'
import { type BalancerStatus, balancerStatusKey } from '../resources/status.ts'
import type { Snapshot } from '../store/store.ts'
import { painter, type TextStyle } from './status-text.ts'

const example = 'everport explain flow 127.0.0.1:40000 127.0.1.1:9996'

/**
 * Where the next flow from `client` (ADDRESS:PORT) to `listener` (ADDRESS:PORT, or CLUSTER:PORT for each of its zones) goes, as the
 * balancers now see their targets. Throws an EverportError that says what there is.
 */
export function explainFlows(
  snapshot: Snapshot,
  client: string | undefined,
  listener: string | undefined,
  protocol: 'tcp' | 'udp',
): ExplainedFlow[] {
  const source = endpointOf(client, 'CLIENT:PORT')
  if (parseAddress(source.address) === undefined)
    throw new EverportError('invalid_input', `${source.address} is no IP address`, { hint: example })
  const to = endpointOf(listener, 'LISTENER')
  return balancersAt(snapshot, to.address).map(balancer =>
    explainFlow(balancer, statesOf(snapshot, balancer), {
      sourceAddress: source.address,
      sourcePort: source.port,
      destinationAddress: balancer.address ?? '',
      destinationPort: to.port,
      protocol: ipProtocol[protocol],
    }),
  )
}

function endpointOf(text: string | undefined, what: string): Endpoint {
  const [, address = '', port = ''] = /^\[?([^\]]*?)\]?:(\d{1,5})$/.exec(text ?? '') ?? []
  if (address !== '' && Number(port) >= 1 && Number(port) <= 65_535) return { address, port: Number(port) }
  throw new EverportError(
    'invalid_input',
    `${what}: expected an address and a port, found ${text ?? 'nothing'}`,
    {
      hint: example,
    },
  )
}

/** By its address, by `<cluster>/<zone>`, or all zones of a cluster. */
function balancersAt(snapshot: Snapshot, where: string): BalancerSnapshot[] {
  const all = snapshot
    .list<LoadBalancerDocument>('elbv2/load-balancer/')
    .flatMap(({ value }) =>
      value.LoadBalancer.AvailabilityZones.map(({ ZoneName: zone = '' }) =>
        balancerSnapshot(snapshot, value.LoadBalancer.LoadBalancerName, zone),
      ),
    )
  const found = all.filter(({ address, loadBalancer, zone }) =>
    [address, loadBalancer, `${loadBalancer}/${zone}`].includes(where),
  )
  if (found.length > 0) return found
  throw new EverportError('not_found', `no balancer is at ${where}`, {
    detail: `there are: ${all.map(({ address, loadBalancer, zone }) => `${address} (${loadBalancer}/${zone})`).join(', ') || 'none'}`,
    hint: example,
  })
}

/** As the balancer last told; what it has not told of is not known to it. */
function statesOf(snapshot: Snapshot, { loadBalancer, zone, targetGroups }: BalancerSnapshot): TargetStates {
  const observed = snapshot.get<BalancerStatus>(balancerStatusKey(loadBalancer, zone))?.value.targets ?? []
  const names = new Map(targetGroups.map(group => [group.arn, group.name]))
  return new Map(
    observed.map(({ TargetGroupArn, Target, TargetHealth, SharePercent }) => [
      `${names.get(TargetGroupArn) ?? ''}/${Target.Id}:${Target.Port}`,
      {
        state: TargetHealth.State,
        ...(TargetHealth.Reason === undefined ? {} : { reason: TargetHealth.Reason }),
        ...(TargetHealth.Description === undefined ? {} : { description: TargetHealth.Description }),
        ...(SharePercent === undefined ? {} : { sharePercent: SharePercent }),
      },
    ]),
  )
}

export function flowText(flows: readonly ExplainedFlow[], style: TextStyle): string {
  const paint = painter(style)
  return flows
    .map(flow => {
      const { loadBalancer, zone, client, listener, protocol, target, reason, groups, lookup, targets } = flow
      const lines = [
        `${paint.strong(`${protocol} ${client} → ${listener}`)}   (${loadBalancer}, zone ${zone})`,
        target === undefined
          ? `${paint.warn('no target')}: ${reason}`
          : `→ ${paint.strong(target)}: ${reason}`,
      ]
      if (groups.length > 1)
        for (const { name, weight, isChosen } of groups)
          lines.push(`  group ${name}, weight ${weight}${isChosen ? paint.strong('  ← chosen') : ''}`)
      if (lookup !== undefined)
        lines.push(
          `  ${lookup.hashOf} ${lookup.hash}, among: ${lookup.chosenFrom}`,
          ...(lookup.thenTried.length === 0 ? [] : [`  if it refuses: ${lookup.thenTried.join(', ')}`]),
        )
      for (const { key, zone: home, weight, state, description, sharePercent } of targets) {
        const word = state === 'healthy' ? paint.good(state) : paint.bad(state)
        const share = sharePercent === undefined ? '' : `, ${sharePercent} % of its share`
        const of = weight === 1 ? '' : `, weight ${weight}`
        lines.push(
          `  ${key} in ${home}: ${word}${description === undefined ? '' : ` (${description})`}${of}${share}`,
        )
      }
      return `${lines.join('\n')}\n`
    })
    .join('\n')
}
