import type {
  ModifyCapacityReservationInput,
  ModifyCapacityReservationOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Operation } from '../operation.ts'
import { refuse } from './refusal.ts'
import { loadBalancerOf } from './resources.ts'

/** To take a reservation back is to leave things as they are; to reserve cannot be done. */
export const modifyCapacityReservation: Operation<
  ModifyCapacityReservationInput,
  ModifyCapacityReservationOutput
> = async ({ LoadBalancerArn, MinimumLoadBalancerCapacity }, { store }) => {
  loadBalancerOf(store.read(), LoadBalancerArn)
  if ((MinimumLoadBalancerCapacity?.CapacityUnits ?? 0) > 0)
    throw refuse('InvalidConfigurationRequest', 'Capacity cannot be reserved here: it is that of the machine')
  return { DecreaseRequestsRemaining: 0, CapacityReservationState: [] }
}
