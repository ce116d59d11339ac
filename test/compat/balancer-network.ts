import type { TestContext } from 'node:test'
import { addNamespace, type NetworkNamespace } from './network-namespace.ts'

/** A client, a balancer and targets, each a machine of its own: client and targets are joined by the balancer alone. */
export interface BalancerNetwork {
  readonly client: NetworkNamespace
  readonly balancer: NetworkNamespace
  readonly targets: readonly NetworkNamespace[]
}

/** Of IPv4; the same in IPv6 is `ipv6(…)`. */
export const addresses = {
  balancer: '10.77.1.100',
  client: '10.77.1.2',
  target: (i: number): string => `10.77.${10 + i}.2`,
} as const

/** `10.77.1.100` is `fd77:1::100`. */
export function ipv6(address: string): string {
  const [, , network, host] = address.split('.')
  return `fd77:${network}::${host}`
}

/** Undefined, and the test skipped with the reason, where this machine makes no namespaces. All removed with the test. */
export async function makeBalancerNetwork(
  t: Pick<TestContext, 'after' | 'skip'>,
  targetCount = 2,
): Promise<BalancerNetwork | undefined> {
  const balancer = await addNamespace(t, 'b')
  if (balancer === undefined) return undefined
  const client = await addNamespace(t, 'c')
  if (client === undefined) return undefined
  const targets: NetworkNamespace[] = []
  for (let i = 0; i < targetCount; i++) {
    const target = await addNamespace(t, `t${i}`)
    if (target === undefined) return undefined
    targets.push(target)
  }
  await balancer.run('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1')
  await join(balancer, 'client', client, '10.77.1')
  await addAddress(balancer, 'client', `${addresses.balancer}/32`)
  for (const [i, target] of targets.entries()) await join(balancer, `target${i}`, target, `10.77.${10 + i}`)
  return { client, balancer, targets }
}

/** A cable: the balancer is .1 of the network, the other .2, and sends everything there. */
async function join(
  balancer: NetworkNamespace,
  name: string,
  other: NetworkNamespace,
  network: string,
): Promise<void> {
  await balancer.run('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'uplink', 'netns', other.name)
  for (const [end, device, host] of [
    [balancer, name, 1],
    [other, 'uplink', 2],
  ] as const) {
    await end.run('ip', 'link', 'set', device, 'up')
    await addAddress(end, device, `${network}.${host}/24`)
  }
  await other.run('ip', 'route', 'add', 'default', 'via', `${network}.1`)
  await other.run('ip', '-6', 'route', 'add', 'default', 'via', ipv6(`${network}.1`))
}

async function addAddress(end: NetworkNamespace, device: string, prefix: string): Promise<void> {
  const [ip = '', bits] = prefix.split('/')
  await end.run('ip', 'address', 'add', prefix, 'dev', device)
  // No duplicate address detection: nobody else is here, and it would delay the test.
  const prefix6 = `${ipv6(ip)}/${bits === '32' ? 128 : 64}`
  await end.run('ip', '-6', 'address', 'add', prefix6, 'dev', device, 'nodad')
}
