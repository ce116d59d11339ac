import type { Tag as Ec2Tag } from '@aws-sdk/client-ec2'
import { type Clock, pause } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import { type Call, errorCode } from './calls.ts'
import { tags, type Wanted } from './wanted.ts'

/** What every step is given. Steps run in order, and each leaves in `found` what later ones refer to. */
export interface Provisioning {
  readonly call: Call
  readonly wanted: Wanted
  readonly clock: Clock
  /** Milliseconds since 1970. */
  readonly wallMs: () => number
  /** Whose API it is: AWS knows no attribute that begins `everport.`. */
  readonly provider: 'aws' | 'everport'
  /** Absolute, on the machines of an Everport: where health checks read passwords. Undefined: a check may not need one. */
  readonly passwordFolder: string | undefined
  /** Path of the catalog file on the nodes. */
  readonly catalogFile: string
  /** Whether mutating calls are only told: then nothing is waited for. */
  readonly isPlan: boolean
  readonly found: Found
}

/** What is there, by the names of the topology. */
export interface Found {
  vpc: FoundVpc | undefined
  readonly subnets: Map<string, string>
  securityGroupId: string
  readonly loadBalancers: Map<string, FoundLoadBalancer>
  readonly targetGroups: Map<string, FoundTargetGroup>
  /** Id of the target that stands for a node: an instance id, or its address where the server was there before. */
  readonly targets: Map<string, string>
}

export interface FoundVpc {
  readonly id: string
  readonly cidrs: readonly string[]
}

export interface FoundLoadBalancer {
  readonly arn: string
  readonly dnsName: string
  readonly hostedZoneId: string
  readonly isNew: boolean
}

export interface FoundTargetGroup {
  readonly arn: string
  readonly isNew: boolean
}

export function nothingFound(): Found {
  return {
    vpc: undefined,
    subnets: new Map(),
    securityGroupId: '',
    loadBalancers: new Map(),
    targetGroups: new Map(),
    targets: new Map(),
  }
}

/** The tags of a resource that `apply` makes; `resource` is its name in the topology, the same in every run. */
export function tagsOf(wanted: Wanted, resource: string): Ec2Tag[] {
  return [
    { Key: 'Name', Value: resource },
    { Key: tags.topology, Value: wanted.topology.name },
    { Key: tags.resource, Value: resource },
  ]
}

export function tagValue(
  list: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
  key: string,
): string | undefined {
  return list?.find(tag => tag.Key === key)?.Value
}

const pollMs = 500
const waitMsMax = 600_000

/** Asks again until it is so. AWS needs minutes for some things; `what` is told when it was in vain. */
export async function until(
  { clock, isPlan }: Pick<Provisioning, 'clock' | 'isPlan'>,
  what: string,
  isSo: () => Promise<boolean>,
): Promise<void> {
  if (isPlan) return
  const endAt = clock.now() + waitMsMax
  while (!(await isSo())) {
    if (clock.now() >= endAt) {
      throw new EverportError('source_failed', `waited ${waitMsMax / 60_000} minutes in vain: ${what}`, {
        hint: 'look at it, then run the same command again: it goes on where it stopped',
      })
    }
    await pause(clock, pollMs)
  }
}

/** Deletes what AWS lets go of only some time after the last user is gone. */
export async function deleteOnceFree(
  provisioning: Pick<Provisioning, 'clock' | 'isPlan'>,
  what: string,
  busyCode: string,
  remove: () => Promise<unknown>,
): Promise<void> {
  if (provisioning.isPlan) {
    await remove()
    return
  }
  await until(provisioning, `${what} is still in use`, async () => {
    try {
      await remove()
      return true
    } catch (error) {
      if (errorCode(error) === busyCode) return false
      throw error
    }
  })
}

/** A member that AWS always sends. */
export function sent<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new EverportError('source_failed', `the API answered without ${what}`)
  return value
}

/** All items of a listing that comes in pages. */
export async function allPages<T>(
  page: (token: string | undefined) => Promise<readonly [readonly T[] | undefined, string | undefined]>,
): Promise<T[]> {
  const items: T[] = []
  let token: string | undefined
  do {
    const [some, next] = await page(token)
    items.push(...(some ?? []))
    token = next
  } while (token !== undefined && token !== '')
  return items
}
