import { type ServiceName, serviceDefinitions } from './service-definition.ts'
import { type ServiceModel, serviceModel } from './service-model.ts'
import type { Constraints } from './shape.ts'

/**
 * Loads a service's SDK package and compiles it: a tenth of a second, for EC2 half a second. So it is done when the service is first
 * asked, and no other role of the program ever does it.
 */
export async function loadService(name: ServiceName, operations?: Iterable<string>): Promise<ServiceModel> {
  const [sdk, constraints] = await sources[name]()
  const names = operations === undefined ? undefined : new Set(operations)
  return serviceModel(serviceDefinitions[name], sdk, constraints as Constraints, names)
}

const sources: Readonly<Record<ServiceName, () => Promise<[object, unknown]>>> = {
  elbv2: () =>
    Promise.all([
      import('@aws-sdk/client-elastic-load-balancing-v2'),
      import('./constraints/elbv2.json', { with: { type: 'json' } }).then(json => json.default),
    ]),
  elb: () =>
    Promise.all([
      import('@aws-sdk/client-elastic-load-balancing'),
      import('./constraints/elb.json', { with: { type: 'json' } }).then(json => json.default),
    ]),
  route53: () =>
    Promise.all([
      import('@aws-sdk/client-route-53'),
      import('./constraints/route53.json', { with: { type: 'json' } }).then(json => json.default),
    ]),
  ec2: () =>
    Promise.all([
      import('@aws-sdk/client-ec2'),
      import('./constraints/ec2.json', { with: { type: 'json' } }).then(json => json.default),
    ]),
  autoscaling: () =>
    Promise.all([
      import('@aws-sdk/client-auto-scaling'),
      import('./constraints/autoscaling.json', { with: { type: 'json' } }).then(json => json.default),
    ]),
  sts: () =>
    Promise.all([
      import('@aws-sdk/client-sts'),
      import('./constraints/sts.json', { with: { type: 'json' } }).then(json => json.default),
    ]),
}
