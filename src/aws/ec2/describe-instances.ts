import type { DescribeInstancesRequest, DescribeInstancesResult } from '@aws-sdk/client-ec2'
import type { InstanceDocument } from '../../resources/instances.ts'
import type { Operation } from '../operation.ts'
import { filtered } from './filters.ts'
import { allInstances, noInstance, shownInstance, stateOf } from './instance.ts'
import { instanceFilters } from './instance-filters.ts'
import { namedOnly, pageOf } from './page.ts'

export const describeInstances: Operation<DescribeInstancesRequest, DescribeInstancesResult> = async (
  input,
  { store, accountId },
) => {
  const snapshot = store.read()
  const named = namedOnly(
    allInstances(snapshot),
    input.InstanceIds,
    ({ Instance }) => Instance.InstanceId,
    noInstance,
  )
  const taggable = named.map(document => ({
    document,
    state: stateOf(snapshot, document),
    Tags: document.Instance.Tags,
  }))
  const found = filtered(taggable, input.Filters, instanceFilters)
  const { items, next } = pageOf(found, ({ document }) => document.Instance.InstanceId, input)
  const reservations = new Map<string, InstanceDocument[]>()
  for (const { document } of items) {
    const id = reservationId(document)
    reservations.set(id, [...(reservations.get(id) ?? []), document])
  }
  return {
    Reservations: [...reservations].map(([ReservationId, documents]) => ({
      ReservationId,
      OwnerId: accountId,
      Groups: [],
      Instances: documents.map(document => shownInstance(snapshot, document)),
    })),
    ...next,
  }
}

/** Each node of a topology file counts as made by a call of its own. */
function reservationId({ ReservationId, Instance }: InstanceDocument): string {
  return ReservationId ?? `r-${Instance.InstanceId.slice('i-'.length)}`
}
