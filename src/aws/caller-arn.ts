import type { OperationContext } from './operation.ts'

/** Access keys have no users of their own: each is the user of its name. */
export function callerArn({ accountId, caller }: Pick<OperationContext, 'accountId' | 'caller'>): string {
  return `arn:aws:iam::${accountId}:user/${caller.accessKeyId}`
}
