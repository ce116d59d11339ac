import type {
  UpdateHostedZoneCommentRequest,
  UpdateHostedZoneCommentResponse,
} from '@aws-sdk/client-route-53'
import { hostedZoneKey } from '../../resources/dns.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { shownZone, zoneOf } from './hosted-zone.ts'

export const updateHostedZoneComment: Operation<
  UpdateHostedZoneCommentRequest,
  UpdateHostedZoneCommentResponse
> = async ({ Id, Comment }, { store }) => {
  const { answer } = await commitPlanned(store, snapshot => {
    const before = zoneOf(snapshot, Id)
    const comment = Comment === undefined || Comment === '' ? {} : { Comment }
    const after = {
      ...before,
      HostedZone: { ...before.HostedZone, Config: { ...comment, PrivateZone: false } },
    }
    return { changes: [{ key: hostedZoneKey(before.HostedZone.Id), value: after }], answer: after }
  })
  return { HostedZone: shownZone(store.read(), answer) }
}
