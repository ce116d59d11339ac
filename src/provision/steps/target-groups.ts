import type {
  CreateTargetGroupCommandInput,
  TargetGroup,
  TargetGroupAttribute,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { EverportError } from '../../base/errors.ts'
import { healthCheckAttributes } from '../../resources/load-balancing.ts'
import { healthCheckFields, healthCheckRefinements } from '../../topology/desired-balancing.ts'
import { errorCode } from '../calls.ts'
import { elbTags, mustBeOurs, ourTargetGroups } from '../ours.ts'
import { deleteOnceFree, type Provisioning, sent, tagsOf } from '../provisioning.ts'
import type { Step } from '../step.ts'
import type { WantedGroup } from '../wanted.ts'

/** A target group for each port: shared ones with every node, and one for each auxiliary port. */
export const targetGroups: Step = { apply, destroy }

async function apply(provisioning: Provisioning): Promise<void> {
  const { found } = provisioning
  for (const group of groupsOf(provisioning)) {
    const there = await findTargetGroup(provisioning, group)
    const arn =
      there === undefined ? await create(provisioning, group) : await mend(provisioning, group, there)
    found.targetGroups.set(group.name, { arn, isNew: there === undefined })
    await mendAttributes(provisioning, group, arn, there === undefined)
  }
}

async function create({ call, wanted, found }: Provisioning, group: WantedGroup): Promise<string> {
  const { TargetGroups = [] } = await call('elbv2', 'CreateTargetGroup', {
    Name: group.name,
    Protocol: 'TCP',
    Port: group.port,
    VpcId: found.vpc?.id,
    TargetType: group.targetType,
    ...healthCheckFields(group.healthCheck),
    Tags: elbTags(tagsOf(wanted, group.name)),
  })
  return sent(TargetGroups[0]?.TargetGroupArn, 'the ARN of a target group')
}

async function mend({ call }: Provisioning, group: WantedGroup, there: TargetGroup): Promise<string> {
  const TargetGroupArn = sent(there.TargetGroupArn, 'the ARN of a target group')
  if (there.Port !== group.port || there.TargetType !== group.targetType || there.Protocol !== 'TCP') {
    throw new EverportError(
      'invalid_input',
      `target group ${group.name} is for ${there.Protocol} ${there.Port} and targets of type ${there.TargetType}; wanted: TCP ${group.port} and ${group.targetType}`,
      { hint: 'none of these can be changed: everport destroy, then apply, or name the cluster otherwise' },
    )
  }
  const fields: Partial<CreateTargetGroupCommandInput> = healthCheckFields(group.healthCheck)
  const { HealthCheckEnabled: _, Matcher, ...rest } = fields
  const differs =
    Object.entries(rest).some(([key, value]) => there[key as keyof TargetGroup] !== value) ||
    (Matcher !== undefined && there.Matcher?.HttpCode !== Matcher.HttpCode)
  if (differs) await call('elbv2', 'ModifyTargetGroup', { TargetGroupArn, ...fields })
  return TargetGroupArn
}

/** What AWS does not know is only said to Everport. Without any, a group has AWS's defaults. */
async function mendAttributes(
  { call, provider, passwordFolder }: Provisioning,
  group: WantedGroup,
  TargetGroupArn: string,
  isNew: boolean,
): Promise<void> {
  const refinements = provider === 'aws' ? {} : healthCheckRefinements(group.healthCheck, passwordFolder)
  const wanted = Object.entries({ ...group.attributes, ...refinements })
  if (wanted.length === 0) return
  const present = isNew
    ? new Map<string, string>()
    : attributeMap((await call('elbv2', 'DescribeTargetGroupAttributes', { TargetGroupArn })).Attributes)
  // An attribute cannot be taken back, so the end of a SQL check is said.
  const { probe } = healthCheckAttributes
  if (provider === 'everport' && group.healthCheck.sql === undefined && present.get(probe) === 'sql')
    wanted.push([probe, 'connect'])
  const Attributes = wanted
    .filter(([key, value]) => present.get(key) !== value)
    .map(([Key, Value]) => ({ Key, Value }))
  if (Attributes.length > 0)
    await call('elbv2', 'ModifyTargetGroupAttributes', { TargetGroupArn, Attributes })
}

async function destroy(provisioning: Provisioning): Promise<void> {
  await remove(provisioning, () => true)
}

/** Of ports and clusters that the topology no longer has. No listener leads there any more. */
export const surplusTargetGroups: Step = {
  apply: async provisioning => {
    const wanted = new Set([...provisioning.found.targetGroups.values()].map(({ arn }) => arn))
    await remove(provisioning, ({ TargetGroupArn = '' }) => !wanted.has(TargetGroupArn))
  },
  destroy: async () => undefined,
}

async function remove(provisioning: Provisioning, isChosen: (group: TargetGroup) => boolean): Promise<void> {
  const { call } = provisioning
  for (const group of await ourTargetGroups(provisioning)) {
    const { TargetGroupArn } = group
    if (!isChosen(group)) continue
    await deleteOnceFree(
      provisioning,
      `target group ${group.TargetGroupName}`,
      'ResourceInUseException',
      () => call('elbv2', 'DeleteTargetGroup', { TargetGroupArn }),
    )
  }
}

async function findTargetGroup(
  provisioning: Provisioning,
  { name }: WantedGroup,
): Promise<TargetGroup | undefined> {
  try {
    const { TargetGroups = [] } = await provisioning.call('elbv2', 'DescribeTargetGroups', { Names: [name] })
    const [there] = TargetGroups
    if (there !== undefined)
      await mustBeOurs(provisioning, `target group ${name}`, there.TargetGroupArn ?? '')
    return there
  } catch (error) {
    if (errorCode(error) === 'TargetGroupNotFoundException') return undefined
    throw error
  }
}

function groupsOf({ wanted }: Provisioning): readonly WantedGroup[] {
  return wanted.clusters.flatMap(({ groups }) => groups)
}

function attributeMap(attributes: readonly TargetGroupAttribute[] | undefined): Map<string, string> {
  return new Map((attributes ?? []).map(({ Key = '', Value = '' }) => [Key, Value]))
}
