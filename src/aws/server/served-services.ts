import { autoScalingService } from '../autoscaling/operations.ts'
import { ec2Service } from '../ec2/operations.ts'
import { elbService } from '../elb/operations.ts'
import { elbv2Service } from '../elbv2/operations.ts'
import type { OperationContext } from '../operation.ts'
import type { ServiceName } from '../protocols/service-definition.ts'
import { route53Service } from '../route53/operations.ts'
import { stsService } from '../sts/operations.ts'

/** An operation as the server calls it: what its input and output are, the codecs know. */
export type ServedOperation = (input: object, context: OperationContext) => Promise<object>

export interface ServedService {
  readonly operations: Readonly<Record<string, ServedOperation>>
  readonly partial: Readonly<Record<string, string>>
}

/** Every service that is served. A folder of operations appears here and nowhere else. */
export const servedServices: Readonly<Partial<Record<ServiceName, ServedService>>> = {
  autoscaling: served(autoScalingService),
  ec2: served(ec2Service),
  elb: served(elbService),
  elbv2: served(elbv2Service),
  route53: served(route53Service),
  sts: served(stsService),
}

/** The types of a registry are checked where it is written; here all of them are alike. */
function served(service: { readonly operations: object; readonly partial: object }): ServedService {
  return service as ServedService
}
