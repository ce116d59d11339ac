import type { GetCallerIdentityRequest, GetCallerIdentityResponse } from '@aws-sdk/client-sts'
import { callerArn } from '../caller-arn.ts'
import type { Operation } from '../operation.ts'

/** Whoever has a key may ask, whatever its policy, as at AWS. What cannot sign is refused before. */
export const getCallerIdentity: Operation<GetCallerIdentityRequest, GetCallerIdentityResponse> = async (
  _input,
  context,
) => ({
  Account: context.accountId,
  Arn: callerArn(context),
  // As AWS tells users (AIDA) from their keys (AKIA).
  UserId: context.caller.accessKeyId.replace(/^AKIA/, 'AIDA'),
})
