import type {
  DescribeCapacityReservationInput,
  DescribeCapacityReservationOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Operation } from '../operation.ts'
import { loadBalancerOf } from './resources.ts'

/** Nothing is ever reserved: capacity is that of the machine. */
export const describeCapacityReservation: Operation<
  DescribeCapacityReservationInput,
  DescribeCapacityReservationOutput
> = async ({ LoadBalancerArn }, { store }) => {
  loadBalancerOf(store.read(), LoadBalancerArn)
  return { DecreaseRequestsRemaining: 0, CapacityReservationState: [] }
}
