import type { DescribeVolumesRequest, DescribeVolumesResult } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { refuse } from './refuse.ts'

/** There are none: a node's files are the machine's. */
export const describeVolumes: Operation<DescribeVolumesRequest, DescribeVolumesResult> = async ({
  VolumeIds = [],
}) => {
  const [first] = VolumeIds
  if (first !== undefined) throw refuse('InvalidVolume.NotFound', `The volume '${first}' does not exist.`)
  return { Volumes: [] }
}
