import type { RecordSetDocument } from '../resources/dns.ts'
import { recordSetPrefix } from '../resources/dns.ts'
import { type InstanceDocument, instancePrefix } from '../resources/instances.ts'
import type { LoadBalancerDocument, TargetDocument } from '../resources/load-balancing.ts'
import {
  balancerRoleName,
  controlRoleName,
  dnsRoleName,
  nodeRoleName,
  type RoleHold,
  roleHoldKey,
} from '../resources/roles.ts'
import {
  agentStatusKey,
  type BalancerStatus,
  balancerStatusKey,
  type ControlStatus,
  controlStatusKey,
  type DnsStatus,
  dnsStatusKey,
  type NodeStatus,
  nodeStatusKey,
  type ProcessStatus,
  processStatusKey,
} from '../resources/status.ts'
import type {
  BalancerView,
  ClusterView,
  ControlView,
  DnsView,
  MemberState,
  MemberView,
  NodeView,
  ObservedHealth,
  StatusView,
} from '../resources/status-view.ts'
import { type TopologySettings, topologySettingsKey } from '../resources/topology-settings.ts'
import type { Snapshot } from '../store/store.ts'
import { auxiliaryProblems } from './auxiliary-problems.ts'
import { fileProblems } from './file-problems.ts'
import { statusProblems } from './status-problems.ts'

/** Whether the owner of the status document under a key lives; see resources/heartbeat-monitor.ts. */
export type IsAlive = (statusKey: string) => boolean

/** What the store holds, put together for people. Pure: the same snapshot and the same living give the same view. */
export function statusView(snapshot: Snapshot, isAlive: IsAlive): StatusView {
  const settings = snapshot.get<TopologySettings>(topologySettingsKey)?.value
  const view = {
    name: settings?.name,
    failoverName: settings?.failoverName,
    revision: snapshot.revision,
    clusters: clusterViews(snapshot, isAlive, settings),
    dns: (settings?.dns.addresses ?? []).map((address, index) =>
      dnsView(snapshot, isAlive, settings, address, index),
    ),
    control: controlView(snapshot, isAlive),
    agentAlive: isAlive(agentStatusKey),
  }
  const problems = [...statusProblems(view), ...fileProblems(snapshot), ...auxiliaryProblems(snapshot)]
  return { ...view, problems, allHealthy: problems.length === 0 }
}

function clusterViews(
  snapshot: Snapshot,
  isAlive: IsAlive,
  settings: TopologySettings | undefined,
): ClusterView[] {
  return snapshot.list<LoadBalancerDocument>('elbv2/load-balancer/').map(({ value }) => {
    const { LoadBalancerName: name, DNSName: dnsName, AvailabilityZones } = value.LoadBalancer
    const zones = AvailabilityZones.map(zone => ({
      name: zone.ZoneName ?? '',
      address: zone.LoadBalancerAddresses?.[0]?.IpAddress ?? '',
    }))
    return {
      name,
      role: failoverRole(snapshot, settings, dnsName),
      dnsName,
      balancers: zones.map(zone => balancerView(snapshot, isAlive, name, zone)),
      nodes: nodeViews(
        snapshot,
        isAlive,
        name,
        zones.map(zone => zone.name),
      ),
    }
  })
}

/** What the failover name makes of a balancer; a simple alias makes it the primary. */
function failoverRole(
  snapshot: Snapshot,
  settings: TopologySettings | undefined,
  dnsName: string,
): ClusterView['role'] {
  if (settings === undefined) return undefined
  const prefix = `${recordSetPrefix(settings.hostedZoneId)}${settings.failoverName}./`
  const named = snapshot
    .list<RecordSetDocument>(prefix)
    .map(({ value }) => value.ResourceRecordSet)
    .find(set => withoutDot(set.AliasTarget?.DNSName ?? '') === withoutDot(dnsName))
  if (named === undefined) return undefined
  return named.Failover === 'SECONDARY' ? 'secondary' : 'primary'
}

function withoutDot(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}

function balancerView(
  snapshot: Snapshot,
  isAlive: IsAlive,
  cluster: string,
  zone: { readonly name: string; readonly address: string },
): BalancerView {
  const key = balancerStatusKey(cluster, zone.name)
  const status = snapshot.get<BalancerStatus>(key)?.value
  const listeners = status?.listeners ?? []
  return {
    ...memberView(snapshot, isAlive, balancerRoleName(cluster, zone.name), key),
    zone: zone.name,
    address: zone.address,
    engine: status?.engine ?? '',
    engineReason: status?.engineReason ?? '',
    activeConnections: sum(listeners.map(listener => listener.activeConnections)),
    newConnections: sum(listeners.map(listener => listener.newConnections)),
  }
}

function nodeViews(
  snapshot: Snapshot,
  isAlive: IsAlive,
  cluster: string,
  zones: readonly string[],
): NodeView[] {
  const observers = zones.flatMap(zone => {
    const key = balancerStatusKey(cluster, zone)
    const status = snapshot.get<BalancerStatus>(key)?.value
    return status === undefined || !isAlive(key) ? [] : [{ zone, status }]
  })
  return snapshot
    .list<InstanceDocument>(instancePrefix)
    .filter(({ value }) => value.UserData.cluster === cluster && value.DesiredState !== 'terminated')
    .map(({ value }) => nodeView(snapshot, isAlive, value, observers))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

interface Observer {
  readonly zone: string
  readonly status: BalancerStatus
}

function nodeView(
  snapshot: Snapshot,
  isAlive: IsAlive,
  { Instance, UserData }: InstanceDocument,
  observers: readonly Observer[],
): NodeView {
  const { InstanceId: instanceId } = Instance
  const key = nodeStatusKey(instanceId)
  const status = snapshot.get<NodeStatus>(key)?.value
  const member = memberView(snapshot, isAlive, nodeRoleName(UserData.name), key)
  const health = observers.flatMap(observer => observedHealth(observer, instanceId))
  const ready = member.state === 'running' && status?.ready === true
  return {
    ...member,
    name: UserData.name,
    instanceId,
    zone: UserData.availabilityZone,
    address: UserData.address,
    ports: UserData.ports,
    ready,
    reason: status?.reason ?? '',
    sessions: ready ? (status?.sessions ?? 0) : 0,
    activeQueries: ready ? (status?.activeQueries ?? 0) : 0,
    health,
    healthy: ready && isHealthyEverywhere(snapshot, instanceId, health),
  }
}

/** Every target of the node was seen by somebody, and by nobody otherwise than healthy. */
function isHealthyEverywhere(
  snapshot: Snapshot,
  instanceId: string,
  health: readonly ObservedHealth[],
): boolean {
  return snapshot
    .list<TargetDocument>('elbv2/target/')
    .filter(({ value }) => value.Target.Id === instanceId && value.DeregisteredAt === undefined)
    .every(({ key, value }) => {
      const targetGroup = key.split('/')[2] ?? ''
      const seen = health.filter(each => each.targetGroup === targetGroup && each.port === value.Target.Port)
      return seen.length > 0 && seen.every(each => each.state === 'healthy')
    })
}

/** 'unused' is no observation: that balancer does not send traffic there, and so does not probe. */
function observedHealth({ zone, status }: Observer, instanceId: string): ObservedHealth[] {
  return status.targets
    .filter(({ Target, TargetHealth }) => Target.Id === instanceId && TargetHealth.State !== 'unused')
    .map(({ TargetGroupArn, Target, TargetHealth, Evidence }) => ({
      // arn:aws:elasticloadbalancing:<region>:<account>:targetgroup/<name>/<id>
      targetGroup: TargetGroupArn.split('/')[1] ?? '',
      port: Target.Port,
      seenFrom: zone,
      state: TargetHealth.State,
      reason:
        TargetHealth.State === 'healthy'
          ? ''
          : [TargetHealth.Description, Evidence].filter(part => part !== undefined && part !== '').join(': '),
    }))
}

function dnsView(
  snapshot: Snapshot,
  isAlive: IsAlive,
  settings: TopologySettings | undefined,
  address: string,
  index: number,
): DnsView {
  const roleName = dnsRoleName(index)
  const key = dnsStatusKey(roleName)
  const failover = snapshot.get<DnsStatus>(key)?.value.failover ?? {}
  return {
    ...memberView(snapshot, isAlive, roleName, key),
    address,
    port: settings?.dns.port ?? 0,
    failover: Object.entries(failover).map(([name, { answered, reason, hold }]) => ({
      name,
      answered,
      reason,
      hold: hold ?? '',
    })),
  }
}

function controlView(snapshot: Snapshot, isAlive: IsAlive): ControlView {
  return {
    ...memberView(snapshot, isAlive, controlRoleName, controlStatusKey),
    appliedRevision: snapshot.get<ControlStatus>(controlStatusKey)?.value.appliedRevision,
  }
}

function memberView(snapshot: Snapshot, isAlive: IsAlive, roleName: string, statusKey: string): MemberView {
  const process = snapshot.get<ProcessStatus>(processStatusKey(roleName))?.value
  const hasBeaten = snapshot.get(statusKey) !== undefined
  return {
    roleName,
    state: memberState(process, hasBeaten, isAlive(statusKey)),
    restarts: process?.restarts ?? 0,
    lastEnd: process?.reason ?? '',
    held: snapshot.get<RoleHold>(roleHoldKey(roleName)) !== undefined,
  }
}

/**
 * | supervisor says | has beaten | alive | state |
 * |---|---|---|---|
 * | nothing | no | any | unknown |
 * | nothing | yes | yes | running |
 * | nothing | yes | no | unknown |
 * | running | no | any | starting |
 * | running | yes | yes | running |
 * | running | yes | no | unresponsive |
 * | anything else | any | any | what it says |
 */
function memberState(process: ProcessStatus | undefined, hasBeaten: boolean, alive: boolean): MemberState {
  if (process !== undefined && process.state !== 'running') return process.state
  // What an earlier process said does not speak for this one.
  if (!hasBeaten) return process === undefined ? 'unknown' : 'starting'
  if (alive) return 'running'
  return process === undefined ? 'unknown' : 'unresponsive'
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
