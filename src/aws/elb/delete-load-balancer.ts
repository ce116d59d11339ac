import type { DeleteAccessPointInput, DeleteAccessPointOutput } from '@aws-sdk/client-elastic-load-balancing'
import { type LoadBalancerDocument, loadBalancerKey } from '../../resources/load-balancing.ts'
import { commitPlanned } from '../commit-planned.ts'
import { tagsGone } from '../elbv2/tags.ts'
import { releasedAddresses } from '../elbv2/zone-addresses.ts'
import type { Operation } from '../operation.ts'
import { isClassic } from './classic-balancer.ts'
import { derivedKeys } from './classic-change.ts'

/** One that is not there counts as deleted. */
export const deleteLoadBalancer: Operation<DeleteAccessPointInput, DeleteAccessPointOutput> = async (
  { LoadBalancerName },
  { store, dataPlanes },
) => {
  const { revision } = await commitPlanned(store, snapshot => {
    const key = loadBalancerKey(LoadBalancerName)
    const document = snapshot.get<LoadBalancerDocument>(key)?.value
    if (document === undefined || !isClassic(document)) return { changes: [], answer: undefined }
    const { LoadBalancerArn, AvailabilityZones } = document.LoadBalancer
    return {
      changes: [
        ...[key, ...derivedKeys(snapshot, LoadBalancerName)].map(gone => ({ key: gone, value: undefined })),
        ...releasedAddresses(snapshot, AvailabilityZones),
        ...tagsGone(snapshot, LoadBalancerArn),
      ],
      answer: undefined,
    }
  })
  await dataPlanes.whenApplied(revision, 'balancer')
  return {}
}
