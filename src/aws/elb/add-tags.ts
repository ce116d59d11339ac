import type { AddTagsInput, AddTagsOutput } from '@aws-sdk/client-elastic-load-balancing'
import { commitPlanned } from '../commit-planned.ts'
import { tagsAdded } from '../elbv2/tags.ts'
import type { Operation } from '../operation.ts'
import { classicOf } from './classic-balancer.ts'

export const addTags: Operation<AddTagsInput, AddTagsOutput> = async (
  { LoadBalancerNames, Tags },
  { store },
) => {
  await commitPlanned(store, snapshot => {
    const balancers = LoadBalancerNames.map(name => classicOf(snapshot, name))
    const arns = balancers.map(({ value }) => value.LoadBalancer.LoadBalancerArn)
    return {
      changes: tagsAdded(snapshot, arns, Tags),
      unchanged: balancers.map(({ key }) => key),
      answer: undefined,
    }
  })
  return {}
}
