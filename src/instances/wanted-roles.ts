import { type InstanceDocument, instancePrefix } from '../resources/instances.ts'
import type { LoadBalancerDocument } from '../resources/load-balancing.ts'
import {
  balancerRoleName,
  controlRoleName,
  dnsRoleName,
  nodeRoleName,
  type RoleHold,
  type RoleKind,
  roleHoldKey,
} from '../resources/roles.ts'
import { balancerStatusKey, controlStatusKey, dnsStatusKey, nodeStatusKey } from '../resources/status.ts'
import { type TopologySettings, topologySettingsKey } from '../resources/topology-settings.ts'
import type { Snapshot } from '../store/store.ts'

/** A process that this machine should run, unless `down` says that an operator or a stopped instance keeps it down. */
export interface WantedRole {
  readonly name: string
  readonly kind: RoleKind
  /** The cluster that it belongs to; undefined for control and dns. */
  readonly cluster: string | undefined
  readonly down: 'drain' | 'kill' | undefined
  /** Where it says how it fares: void as soon as it has ended. */
  readonly statusKey: string
  /**
   * With another number than before, what runs is ended and started again: it stands for where the process listens, which it chooses once, and
   * for the reboots of a node that were asked for. Absent: 0.
   */
  readonly generation?: number
}

/** What runs beside control: dns once there is a zone to serve, a balancer per load balancer and zone, a node per instance. */
export function wantedRoles(snapshot: Snapshot): readonly WantedRole[] {
  const hold = (name: string): WantedRole['down'] => snapshot.get<RoleHold>(roleHoldKey(name))?.value.how
  const role = (name: string, kind: RoleKind, statusKey: string, cluster?: string): WantedRole => ({
    name,
    kind,
    cluster,
    down: hold(name),
    statusKey,
  })

  const settings = snapshot.get<TopologySettings>(topologySettingsKey)?.value
  const roles: WantedRole[] = [
    { ...role(controlRoleName, 'control', controlStatusKey), generation: settings?.controlPort ?? 0 },
  ]
  for (const [index, address] of (settings?.dns.addresses ?? []).entries()) {
    const name = dnsRoleName(index)
    roles.push({
      ...role(name, 'dns', dnsStatusKey(name)),
      generation: numberOf(address, settings?.dns.port, settings?.dns.metricsPort),
    })
  }
  for (const { value } of snapshot.list<LoadBalancerDocument>('elbv2/load-balancer/')) {
    const { LoadBalancerName: cluster, AvailabilityZones } = value.LoadBalancer
    for (const { ZoneName: zone = '' } of AvailabilityZones) {
      roles.push(role(balancerRoleName(cluster, zone), 'balancer', balancerStatusKey(cluster, zone), cluster))
    }
  }
  for (const { value } of snapshot.list<InstanceDocument>(instancePrefix)) {
    const { name, cluster, address, ports } = value.UserData
    const statusKey = nodeStatusKey(value.Instance.InstanceId)
    const node = {
      ...role(nodeRoleName(name), 'node', statusKey, cluster),
      generation: numberOf(
        value.Reboots ?? 0,
        address,
        ports.runtime,
        ports.auxiliary,
        ports.odbc,
        ports.web,
      ),
    }
    const isStopped = value.DesiredState === 'stopped'
    if (value.DesiredState !== 'terminated')
      roles.push(isStopped && node.down === undefined ? { ...node, down: 'drain' } : node)
  }
  return roles
}

/** The same number for the same parts. */
function numberOf(...parts: readonly (string | number | undefined)[]): number {
  let number = 0
  for (const character of parts.join(' ')) number = (Math.imul(number, 31) + character.charCodeAt(0)) | 0
  return number
}
