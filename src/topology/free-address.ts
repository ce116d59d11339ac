import { type InstanceDocument, instancePrefix } from '../resources/instances.ts'
import type { LoadBalancerDocument } from '../resources/load-balancing.ts'
import { privateAddressPrefix } from '../resources/network.ts'
import type { Snapshot } from '../store/store.ts'

/** As in AWS: network, router, resolver and one for the future at the beginning of a subnet, broadcast at its end. */
const reservedAtStart = 4
const reservedAtEnd = 1

/** The lowest address of an IPv4 network (`127.0.16.0/20`) that nobody has; undefined when none is left. */
export function freeAddress(network: string, taken: ReadonlySet<string>): string | undefined {
  const { first, size } = addressesOf(network)
  for (let at = reservedAtStart; at < size - reservedAtEnd; at++) {
    const address = textOf(first + at)
    if (!taken.has(address)) return address
  }
  return undefined
}

/** Whether an IPv4 address may be given out of the network. */
export function isUsableAddress(network: string, address: string): boolean {
  const { first, size } = addressesOf(network)
  const at = numberOf(address) - first
  return at >= reservedAtStart && at < size - reservedAtEnd
}

/** Addresses left in the network, as DescribeSubnets tells. */
export function freeAddressCount(network: string, taken: ReadonlySet<string>): number {
  const { first, size } = addressesOf(network)
  let used = 0
  for (const address of taken) {
    const at = numberOf(address) - first
    if (at >= reservedAtStart && at < size - reservedAtEnd) used++
  }
  return Math.max(0, size - reservedAtStart - reservedAtEnd - used)
}

/** Every address that a load balancer or an instance has, whether the topology file planned it or the API gave it out. */
export function takenAddresses(snapshot: Snapshot): Set<string> {
  const taken = new Set<string>()
  for (const { key } of snapshot.list(privateAddressPrefix)) taken.add(key.slice(privateAddressPrefix.length))
  for (const { value } of snapshot.list<LoadBalancerDocument>('elbv2/load-balancer/'))
    for (const zone of value.LoadBalancer.AvailabilityZones)
      for (const { IpAddress } of zone.LoadBalancerAddresses ?? [])
        if (IpAddress !== undefined) taken.add(IpAddress)
  for (const { value } of snapshot.list<InstanceDocument>(instancePrefix))
    if (value.DesiredState !== 'terminated') taken.add(value.Instance.PrivateIpAddress)
  return taken
}

function addressesOf(network: string): { readonly first: number; readonly size: number } {
  const [address = '', bits = '32'] = network.split('/')
  const size = 2 ** (32 - Number(bits))
  const number = numberOf(address)
  return { first: number - (number % size), size }
}

function numberOf(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0)
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map(shift => Math.floor(number / 2 ** shift) % 256).join('.')
}
