import type { ListHealthChecksRequest, ListHealthChecksResponse } from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { allHealthChecks, shownHealthCheck } from './health-check.ts'
import { pageFrom } from './page.ts'

export const listHealthChecks: Operation<ListHealthChecksRequest, ListHealthChecksResponse> = async (
  { Marker = '', MaxItems },
  { store },
) => {
  const checks = allHealthChecks(store.read())
  const { items, next, max } = pageFrom(checks, ({ HealthCheck }) => HealthCheck.Id, Marker, MaxItems)
  return {
    HealthChecks: items.map(shownHealthCheck),
    Marker,
    IsTruncated: next !== undefined,
    ...(next === undefined ? {} : { NextMarker: next }),
    MaxItems: max,
  }
}
