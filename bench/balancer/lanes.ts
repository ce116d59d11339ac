import { addNamespace, type NetworkNamespace } from '../../test/compat/network-namespace.ts'

/**
 * One way's own part of the network: a machine in the middle, its cables to client and targets, and addresses of its own at each of them. Client and
 * targets, and the servers that run there, are the same for all lanes. So the ways stand side by side and can be measured within seconds of each
 * other, rules of one are in no other's way (a direct connection meets no tracking of connections), and closed connections that a target
 * keeps for a minute are of addresses that no other way has.
 */
export interface Lane {
  readonly client: NetworkNamespace
  readonly balancer: NetworkNamespace
  readonly targets: readonly NetworkNamespace[]
  /** The balancer's address that clients connect to. */
  readonly address: string
  /** `which` of several addresses of one target. */
  target(i: number, which?: number): string
}

interface Ground {
  readonly client: NetworkNamespace
  readonly targets: readonly NetworkNamespace[]
}

type Context = Parameters<typeof addNamespace>[0]

/** Of each target in a lane. */
const addressesOfTarget = 2
/** So that none is thrown away early, which would spare the ways that close most. */
const keptClosedConnections = 1_000_000

/** A client and targets that no lane joins yet. Undefined where this machine makes no namespaces. */
export async function makeGround(t: Context, targetCount: number): Promise<Ground | undefined> {
  const made: NetworkNamespace[] = []
  for (const label of ['c', ...Array.from({ length: targetCount }, (_, i) => `t${i}`)]) {
    const namespace = await addNamespace(t, label)
    if (namespace === undefined) return undefined
    await keepClosed(namespace)
    made.push(namespace)
  }
  const [client, ...targets] = made
  return client === undefined ? undefined : { client, targets }
}

/** `number`: 0 to 99, of this lane alone. */
export async function addLane(t: Context, { client, targets }: Ground, number: number): Promise<Lane> {
  const balancer = await addNamespace(t, `b${number}`)
  if (balancer === undefined) throw new Error('no namespace for a balancer')
  await keepClosed(balancer)
  await balancer.run('sysctl', '-qw', 'net.ipv4.ip_forward=1')
  const own = `10.${100 + number}`
  const address = `${own}.1.100`
  const target = (i: number, which = 0): string => `${own}.${10 + i}.${2 + which}`
  await join(balancer, 'client', `${own}.1.1`, client, `lane${number}`, [`${own}.1.2`])
  await balancer.run('ip', 'address', 'add', `${address}/32`, 'dev', 'client')
  await client.run('ip', 'route', 'add', `${own}.0.0/16`, 'via', `${own}.1.1`)
  for (const [i, one] of targets.entries()) {
    const their = Array.from({ length: addressesOfTarget }, (_, which) => target(i, which))
    await join(balancer, `target${i}`, `${own}.${10 + i}.1`, one, `lane${number}`, their)
    await one.run('ip', 'route', 'add', `${own}.0.0/16`, 'via', `${own}.${10 + i}.1`)
  }
  return { client, balancer, targets, address, target }
}

async function keepClosed(namespace: NetworkNamespace): Promise<void> {
  await namespace.run('sysctl', '-qw', `net.ipv4.tcp_max_tw_buckets=${keptClosedConnections}`)
}

/** A cable. */
async function join(
  balancer: NetworkNamespace,
  device: string,
  address: string,
  other: NetworkNamespace,
  otherDevice: string,
  otherAddresses: readonly string[],
): Promise<void> {
  const peer = ['peer', 'name', otherDevice, 'netns', other.name]
  await balancer.run('ip', 'link', 'add', device, 'type', 'veth', ...peer)
  for (const [end, name, theirs] of [
    [balancer, device, [address]],
    [other, otherDevice, otherAddresses],
  ] as const) {
    await end.run('ip', 'link', 'set', name, 'up')
    for (const one of theirs) await end.run('ip', 'address', 'add', `${one}/24`, 'dev', name)
  }
  // A neighbour that was asked for long ago is spoken to in a slower way for some seconds. Sockets keep theirs fresh, who forwards does not.
  for (const [end, name, from, fromDevice, theirs] of [
    [balancer, device, other, otherDevice, otherAddresses],
    [other, otherDevice, balancer, device, [address]],
  ] as const) {
    const hardware = /link\/ether (\S+)/.exec(await from.run('ip', 'link', 'show', fromDevice))?.[1] ?? ''
    for (const one of theirs)
      await end.run('ip', 'neigh', 'replace', one, 'lladdr', hardware, 'dev', name, 'nud', 'permanent')
  }
}
