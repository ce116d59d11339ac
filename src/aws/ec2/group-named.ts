import type { Snapshot } from '../../store/store.ts'
import { allGroups, defaultVpc, groupOf, type KnownGroup, noGroup } from './network.ts'
import { refuse } from './refuse.ts'

/** By id, or by name in the default VPC. */
export function groupNamed(
  snapshot: Snapshot,
  { GroupId, GroupName }: { readonly GroupId?: string | undefined; readonly GroupName?: string | undefined },
): KnownGroup {
  if (GroupId !== undefined) return groupOf(snapshot, GroupId)
  if (GroupName === undefined)
    throw refuse('MissingParameter', 'The request must contain the parameter groupName or groupId')
  const vpc = defaultVpc(snapshot)
  const found = allGroups(snapshot).find(group => group.VpcId === vpc?.VpcId && group.GroupName === GroupName)
  if (found === undefined) throw noGroup([GroupName])
  return found
}
