import type { RemoveTagsInput, RemoveTagsOutput } from '@aws-sdk/client-elastic-load-balancing'
import { commitPlanned } from '../commit-planned.ts'
import { tagsKey, tagsOf } from '../elbv2/tags.ts'
import type { Operation } from '../operation.ts'
import { classicOf } from './classic-balancer.ts'

/** A tag that is not there counts as removed. */
export const removeTags: Operation<RemoveTagsInput, RemoveTagsOutput> = async (
  { LoadBalancerNames, Tags },
  { store },
) => {
  const gone = new Set(Tags.map(({ Key = '' }) => Key))
  await commitPlanned(store, snapshot => {
    const arns = [...new Set(LoadBalancerNames)].map(
      name => classicOf(snapshot, name).value.LoadBalancer.LoadBalancerArn,
    )
    const changes = arns.flatMap(arn => {
      const before = Object.entries(tagsOf(snapshot, arn))
      const after = before.filter(([key]) => !gone.has(key))
      if (after.length === before.length) return []
      return [
        { key: tagsKey(arn), value: after.length === 0 ? undefined : { Tags: Object.fromEntries(after) } },
      ]
    })
    return { changes, answer: undefined }
  })
  return {}
}
