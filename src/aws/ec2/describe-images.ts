import type { DescribeImagesRequest, DescribeImagesResult, Image } from '@aws-sdk/client-ec2'
import type { Operation } from '../operation.ts'
import { filtered } from './filters.ts'
import { namedOnly, pageOf } from './page.ts'
import { refuse } from './refuse.ts'

/** What an instance is made from: this program, as a node. */
export const nodeImageId = 'everport-node'

/** There is one image. */
export const describeImages: Operation<DescribeImagesRequest, DescribeImagesResult> = async (
  input,
  { accountId },
) => {
  const image: Image & { readonly ImageId: string } = {
    ImageId: nodeImageId,
    Name: nodeImageId,
    Description: 'A data-virtualization node. Its user data is the node configuration, YAML or JSON.',
    State: 'available',
    OwnerId: accountId,
    ImageOwnerAlias: 'self',
    Public: true,
    ImageType: 'machine',
    Architecture: 'x86_64',
    RootDeviceType: 'ebs',
    VirtualizationType: 'hvm',
    CreationDate: '2026-01-01T00:00:00.000Z',
    Tags: [],
  }
  const named = namedOnly(
    [image],
    input.ImageIds,
    ({ ImageId }) => ImageId,
    gone => refuse('InvalidAMIID.NotFound', `The image id '[${gone.join(', ')}]' does not exist`),
  )
  const found = filtered(named, input.Filters, {
    'image-id': one => [one.ImageId],
    name: one => [one.Name],
    state: one => [one.State],
    'owner-id': one => [one.OwnerId],
    'owner-alias': one => [one.ImageOwnerAlias],
    'image-type': one => [one.ImageType],
    architecture: one => [one.Architecture],
    'root-device-type': one => [one.RootDeviceType],
    'virtualization-type': one => [one.VirtualizationType],
    'is-public': one => [String(one.Public)],
  })
  const { items, next } = pageOf(found, ({ ImageId }) => ImageId, input)
  return { Images: items, ...next }
}
