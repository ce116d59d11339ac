import { type InstanceDocument, instancePrefix } from '../resources/instances.ts'
import type { TargetDocument } from '../resources/load-balancing.ts'
import type { NodeConfig } from '../resources/node-config.ts'
import type { Snapshot } from '../store/store.ts'

/**
 * Setups that break the second step of the runtime port, or send clients past the balancer. The topology file cannot say them; an
 * operator or the API can.
 *
 * | setup                                   | what a client meets                                              |
 * |-----------------------------------------|------------------------------------------------------------------|
 * | advertised host is a node's own address | it goes to the node itself: no balancing, no failover            |
 * | two nodes with one auxiliary port       | half of the second steps arrive at the node that was not asked   |
 * | a node in another's auxiliary group     | the same                                                         |
 */
export function auxiliaryProblems(snapshot: Snapshot): string[] {
  const instances = snapshot.list<InstanceDocument>(instancePrefix).map(({ value }) => value)
  const nodes = instances.map(({ UserData }) => UserData)
  return [
    ...nodes.flatMap(node => advertisedProblem(node, nodes)),
    ...nodes.flatMap((node, index) => portProblem(node, nodes.slice(0, index))),
    ...targetProblems(snapshot, instances),
  ]
}

function advertisedProblem(node: NodeConfig, nodes: readonly NodeConfig[]): string[] {
  const other = nodes.find(({ address }) => address === node.advertisedHost)
  return other === undefined
    ? []
    : [
        `${node.name} advertises ${node.advertisedHost}, the address of ${other === node ? 'itself' : other.name}: clients go past the balancer`,
      ]
}

function portProblem(node: NodeConfig, before: readonly NodeConfig[]): string[] {
  const other = before.find(
    ({ cluster, ports }) => cluster === node.cluster && ports.auxiliary === node.ports.auxiliary,
  )
  return other === undefined
    ? []
    : [
        `${node.name} and ${other.name} have the same auxiliary port ${node.ports.auxiliary}: a client that was sent to one reaches the other`,
      ]
}

function targetProblems(snapshot: Snapshot, instances: readonly InstanceDocument[]): string[] {
  return snapshot.list<TargetDocument>('elbv2/target/').flatMap(({ key, value }) => {
    const { Id, Port } = value.Target
    const node = instances.find(({ Instance }) => Instance.InstanceId === Id)?.UserData
    if (node === undefined || node.ports.auxiliary === Port) return []
    const owner = instances.find(({ UserData: { cluster, ports } }) => {
      return cluster === node.cluster && ports.auxiliary === Port
    })?.UserData
    if (owner === undefined) return []
    const group = key.split('/')[2] ?? ''
    return [
      `target group ${group} holds ${node.name} on ${Port}, the auxiliary port of ${owner.name}: a client that was sent there reaches the wrong node`,
    ]
  })
}
