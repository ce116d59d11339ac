import type { GetChangeRequest, GetChangeResponse } from '@aws-sdk/client-route-53'
import { type ChangeDocument, changeKey } from '../../resources/dns.ts'
import type { Operation } from '../operation.ts'
import { changeInfo } from './change-info.ts'
import { bareId } from './identifiers.ts'
import { refuse } from './refuse.ts'

export const getChange: Operation<GetChangeRequest, GetChangeResponse> = async ({ Id }, context) => {
  const id = bareId(Id, 'change')
  const found = context.store.read().get<ChangeDocument>(changeKey(id))
  if (found === undefined) throw refuse('NoSuchChange', `Could not find resource with ID: ${id}`)
  return { ChangeInfo: changeInfo(id, found.value, found.revision, context) }
}
