import type { CreateRuleInput, CreateRuleOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Operation } from '../operation.ts'
import { refuse } from './refusal.ts'
import { listenerOf } from './resources.ts'

/** AWS has rules on dual-stack network load balancers only (NLB guide, "Listener rules"), and ours have IPv4 addresses. */
export const createRule: Operation<CreateRuleInput, CreateRuleOutput> = async (
  { ListenerArn },
  { store },
) => {
  listenerOf(store.read(), ListenerArn)
  throw refuse(
    'InvalidConfigurationRequest',
    'Listener rules are supported on dualstack network load balancers only',
  )
}
