import type { ResourceType, Tag } from '@aws-sdk/client-ec2'
import { instancePrefix } from '../../resources/instances.ts'
import {
  elasticAddressPrefix,
  securityGroupPrefix,
  subnetPrefix,
  vpcPrefix,
} from '../../resources/network.ts'
import type { Snapshot } from '../../store/store.ts'
import { refuse } from './refuse.ts'

/** Where resources with such ids are kept: the document's one member that holds AWS's shape has the tags. */
const kinds = [
  { id: /^i-/, type: 'instance', prefix: instancePrefix, member: 'Instance' },
  { id: /^vpc-/, type: 'vpc', prefix: vpcPrefix, member: 'Vpc' },
  { id: /^subnet-/, type: 'subnet', prefix: subnetPrefix, member: 'Subnet' },
  { id: /^sg-/, type: 'security-group', prefix: securityGroupPrefix, member: 'SecurityGroup' },
  { id: /^eipalloc-/, type: 'elastic-ip', prefix: elasticAddressPrefix, member: 'Address' },
] as const satisfies readonly { id: RegExp; type: ResourceType; prefix: string; member: string }[]

type Document = Readonly<Record<string, { readonly Tags?: readonly Tag[] } | undefined>>

export interface TaggedResource {
  readonly id: string
  readonly type: ResourceType
  readonly key: string
  readonly tags: readonly Tag[]
  /** The document with other tags. */
  with(tags: readonly Tag[]): object
}

export function taggedResource(snapshot: Snapshot, id: string): TaggedResource {
  const kind = kinds.find(({ id: pattern }) => pattern.test(id))
  const key = `${kind?.prefix}${id}`
  const document = kind === undefined ? undefined : snapshot.get<Document>(key)?.value
  if (kind === undefined || document === undefined) throw refuse('InvalidID', `The ID '${id}' is not valid`)
  return resource(id, kind, key, document)
}

export function allTaggedResources(snapshot: Snapshot): TaggedResource[] {
  return kinds.flatMap(kind =>
    snapshot
      .list<Document>(kind.prefix)
      .map(({ key, value }) => resource(key.slice(kind.prefix.length), kind, key, value)),
  )
}

function resource(
  id: string,
  { type, member }: (typeof kinds)[number],
  key: string,
  document: Document,
): TaggedResource {
  return {
    id,
    type,
    key,
    tags: document[member]?.Tags ?? [],
    with: tags => ({ ...document, [member]: { ...document[member], Tags: [...tags] } }),
  }
}
