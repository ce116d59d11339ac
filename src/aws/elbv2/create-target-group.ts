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
import { targetGroupPrefix } from './resources.ts'
import { newTags, sameTags } from './tags.ts'
import { newTargetGroupAttributes } from './target-group-attributes.ts'

/** Protocols that a balancer can forward by; HTTP and HTTPS groups are kept, and no listener can use them. */
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
    if (snapshot.list(targetGroupPrefix).length >= elbv2Limits.targetGroups)
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
      `The protocol '${Protocol}' is not served here; use TCP, UDP, TCP_UDP or TLS`,
    )
  return { Protocol, Port, VpcId, TargetType, IpAddressType, ...healthCheckFields(input, Protocol) }
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
