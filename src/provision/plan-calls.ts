import { type Call, type InputOf, isRead, type OutputOf, type ServiceName } from './calls.ts'

/** A mutating call that `apply` would make. */
export interface PlannedCall {
  readonly service: ServiceName
  readonly operation: string
  readonly input: object
}

/**
 * Reads as `call` does, and makes no mutating call: each is handed to `told`, and answered with names that say what will be known only
 * when it is made.
 */
export function planCalls(call: Call, told: (planned: PlannedCall) => void): Call {
  return async <S extends ServiceName, O extends keyof Operations<S> & string>(
    service: S,
    operation: O,
    input: InputOf<S, O>,
  ): Promise<OutputOf<S, O>> => {
    if (isRead(operation)) return call(service, operation, input)
    told({ service, operation, input: input as object })
    return answers(operation, input as Record<string, unknown>) as OutputOf<S, O>
  }
}

type Operations<S extends ServiceName> = import('./calls.ts').Operations[S]

/** Of the resources that later calls refer to. */
function answers(operation: string, input: Record<string, unknown>): object {
  const given = input['Name'] ?? input['GroupName']
  const name = typeof given === 'string' ? given : ''
  switch (operation) {
    case 'CreateSecurityGroup':
      return { GroupId: `(id of ${name})` }
    case 'CreateLoadBalancer':
      return {
        LoadBalancers: [
          {
            LoadBalancerArn: `(ARN of ${name})`,
            DNSName: `(DNS name of ${name})`,
            CanonicalHostedZoneId: `(hosted zone of ${name})`,
          },
        ],
      }
    case 'CreateTargetGroup':
      return { TargetGroups: [{ TargetGroupArn: `(ARN of ${name})` }] }
    case 'RunInstances':
      return { Instances: [{ InstanceId: `(id of ${nameTag(input)})` }] }
    case 'CreateHostedZone':
      return { HostedZone: { Id: `(id of ${name})` } }
    default:
      return {}
  }
}

function nameTag(input: Record<string, unknown>): string {
  const [specification] = (input['TagSpecifications'] ?? []) as {
    Tags?: { Key?: string; Value?: string }[]
  }[]
  return specification?.Tags?.find(({ Key }) => Key === 'Name')?.Value ?? 'the instance'
}
