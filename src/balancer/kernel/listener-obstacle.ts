import type {
  BalancerSnapshot,
  ListenerSnapshot,
  TargetGroupSnapshot,
} from '../selection/balancer-snapshot.ts'
import { familyOf } from './family.ts'
import { transportsOf } from './transports-of.ts'

/** Why the kernel cannot serve a listener; undefined when it can. */
export function listenerObstacle(
  listener: ListenerSnapshot,
  { address, targetGroups }: BalancerSnapshot,
): string | undefined {
  if (listener.protocol === 'TLS') return 'TLS is ended in a process'
  if (transportsOf(listener).length === 0) return `protocol ${listener.protocol}`
  if (address === undefined) return undefined
  const names = new Set(listener.forward.map(({ targetGroup }) => targetGroup))
  for (const group of targetGroups) {
    const obstacle = names.has(group.name) ? groupObstacle(group, address) : undefined
    if (obstacle !== undefined) return `target group ${group.name}: ${obstacle}`
  }
  return undefined
}

function groupObstacle({ proxyProtocol, targets }: TargetGroupSnapshot, address: string): string | undefined {
  if (proxyProtocol) return 'PROXY protocol headers are written in a process'
  for (const target of targets) {
    if (target.address === '') continue
    if (familyOf(target.address) !== familyOf(address))
      return `${target.address} is not of the kind of ${address}`
    // The kernel does not let packets of a loopback address leave the machine, nor lets them in.
    if (isLoopback(target.address) !== isLoopback(address))
      return `of ${target.address} and ${address}, one is a loopback address and one is not`
  }
  return undefined
}

export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}
