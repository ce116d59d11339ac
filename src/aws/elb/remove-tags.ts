import type { RemoveTagsInput, RemoveTagsOutput } from '@aws-sdk/client-elastic-load-balancing'
import { commitPlanned } from '../commit-planned.ts'
import { tagsRemoved } from '../elbv2/tags.ts'
import type { Operation } from '../operation.ts'
import { classicOf } from './classic-balancer.ts'

export const removeTags: Operation<RemoveTagsInput, RemoveTagsOutput> = async (
  { LoadBalancerNames, Tags },
  { store },
) => {
  const keys = Tags.map(({ Key = '' }) => Key)
  await commitPlanned(store, snapshot => {
    const arns = LoadBalancerNames.map(name => classicOf(snapshot, name).value.LoadBalancer.LoadBalancerArn)
    return { changes: tagsRemoved(snapshot, arns, keys), answer: undefined }
  })
  return {}
}
