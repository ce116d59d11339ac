import { refuser } from '../refusal.ts'

export const refuse = refuser<
  | 'AlreadyExists'
  | 'InvalidNextToken'
  | 'LimitExceeded'
  | 'ResourceInUse'
  | 'ScalingActivityInProgress'
  | 'ValidationError'
>()
