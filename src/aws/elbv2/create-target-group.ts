import type {
  CreateTargetGroupInput,
  CreateTargetGroupOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { type TargetGroupDocument, targetGroupKey } from '../../resources/load-balancing.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Checked, Operation } from '../operation.ts'
import { newArnId, targetGroupArn } from './arns.ts'
import { healthCheckFields } from './health-check.ts'
import { elbv2Limits } from './limits.ts'
import { checkName } from './names.ts'
import { vpcNamed } from './network-references.ts'
import { refuse } from './refusal.ts'
import { targetGroups } from './resources.ts'
import { newTags, sameTags } from './tags.ts'
import { newTargetGroupAttributes, takesRequests } from './target-group-attributes.ts'

/** Protocols that a balancer can forward by: HTTP and HTTPS an application load balancer, the others a network load balancer. */
const protocols: ReadonlySet<string> = new Set(['TCP', 'UDP', 'TCP_UDP', 'TLS', 'HTTP', 'HTTPS'])

/** A group with the same name and settings is the answer; with other settings it is a duplicate. */
export const createTargetGroup: Operation<CreateTargetGroupInput, CreateTargetGroupOutput> = async (
  input,
  context,
) => {
  checkName(input.Name, 'Target group')
  const fields = targetGroupFields(input)
  const { answer } = await commitPlanned(context.store, snapshot => {
    const key = targetGroupKey(input.Name)
    const known = snapshot.get<TargetGroupDocument>(key)?.value.TargetGroup
    if (known !== undefined) {
      const isSame =
        Object.entries(fields).every(([name, value]) => isEqual(known[name as keyof typeof known], value)) &&
        sameTags(snapshot, known.TargetGroupArn, input.Tags)
      if (isSame) return { changes: [], answer: known }
      throw refuse(
        'DuplicateTargetGroupName',
        `A target group with the same name '${input.Name}' exists, but with different settings`,
      )
    }
    vpcNamed(snapshot, fields.VpcId)
    if (targetGroups(snapshot).length >= elbv2Limits.targetGroups)
      throw refuse('TooManyTargetGroups', `The account can have ${elbv2Limits.targetGroups} target groups`)
    const TargetGroup: TargetGroupDocument['TargetGroup'] = {
      TargetGroupArn: targetGroupArn(context, input.Name, newArnId(context.random)),
      TargetGroupName: input.Name,
      ...fields,
      LoadBalancerArns: [],
    }
    const value: TargetGroupDocument = {
      TargetGroup,
      Attributes: newTargetGroupAttributes(fields.Protocol, fields.TargetType),
    }
    return {
      changes: [{ key, value }, ...newTags(TargetGroup.TargetGroupArn, input.Tags)],
      answer: TargetGroup,
    }
  })
  return { TargetGroups: [{ ...answer, LoadBalancerArns: [...answer.LoadBalancerArns] }] }
}

function targetGroupFields(input: Checked<CreateTargetGroupInput>) {
  const { Protocol, Port, VpcId, TargetType = 'instance', IpAddressType = 'ipv4' } = input
  if (TargetType === 'lambda' || TargetType === 'alb')
    throw refuse(
      'InvalidConfigurationRequest',
      `Targets of type '${TargetType}' are not served here; use instance or ip`,
    )
  if (Protocol === undefined) throw refuse('ValidationError', 'A protocol must be specified')
  if (Port === undefined) throw refuse('ValidationError', 'A port must be specified')
  if (VpcId === undefined) throw refuse('ValidationError', 'A VPC ID must be specified')
  if (!protocols.has(Protocol))
    throw refuse(
      'InvalidConfigurationRequest',
      `The protocol '${Protocol}' is not served here; use HTTP, HTTPS, TCP, UDP, TCP_UDP or TLS`,
    )
  if (input.TargetControlPort !== undefined)
    throw refuse('InvalidConfigurationRequest', 'A target control port is not served here')
  return {
    Protocol,
    ...protocolVersion(Protocol, input.ProtocolVersion),
    Port,
    VpcId,
    TargetType,
    IpAddressType,
    ...healthCheckFields(input, Protocol),
  }
}

/** Of a group that is sent requests: they go to targets by HTTP/1.1. */
function protocolVersion(protocol: string, version: string | undefined): { ProtocolVersion?: string } {
  if (!takesRequests(protocol)) {
    if (version === undefined) return {}
    throw refuse(
      'InvalidConfigurationRequest',
      `You cannot specify a protocol version for target groups with the ${protocol} protocol`,
    )
  }
  const ProtocolVersion = version ?? 'HTTP1'
  if (!['HTTP1', 'HTTP2', 'GRPC'].includes(ProtocolVersion))
    throw refuse(
      'ValidationError',
      `Protocol version '${ProtocolVersion}' must be one of 'GRPC, HTTP1, HTTP2'`,
    )
  if (ProtocolVersion !== 'HTTP1')
    throw refuse(
      'InvalidConfigurationRequest',
      `Protocol version '${ProtocolVersion}' is not served here: requests go to targets by HTTP/1.1; use 'HTTP1'`,
    )
  return { ProtocolVersion }
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
