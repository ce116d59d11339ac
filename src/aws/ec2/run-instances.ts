import type { GroupIdentifier, Reservation, RunInstancesRequest } from '@aws-sdk/client-ec2'
import { type InstanceDocument, instanceKey } from '../../resources/instances.ts'
import { type PrivateAddressDocument, privateAddressKey, subnetKey } from '../../resources/network.ts'
import type { Snapshot } from '../../store/store.ts'
import { freeAddress, isUsableAddress, takenAddresses } from '../../topology/free-address.ts'
import type { UserData } from '../../topology/user-data.ts'
import { commitPlanned } from '../commit-planned.ts'
import type { Checked, Operation, OperationContext } from '../operation.ts'
import { nodeImageId } from './describe-images.ts'
import { newEc2Id } from './identifiers.ts'
import { allInstances, instanceTypeDefault, shownInstance, stateOf } from './instance.ts'
import { ec2Limits } from './limits.ts'
import {
  allGroups,
  allSubnets,
  defaultVpc,
  groupOf,
  type KnownSubnet,
  noSubnet,
  subnetOf,
} from './network.ts'
import { givenUserData, nodeConfig } from './node-config.ts'
import { refuse, refuseDryRun } from './refuse.ts'
import { specifiedTags } from './tags.ts'

type Asked = Checked<RunInstancesRequest>

/** Makes instances; their processes start as soon as the agent reads of them. The same client token asks for what it made before. */
export const runInstances: Operation<RunInstancesRequest, Reservation> = (input, context) =>
  launchInstances(input, context, {})

/** As RunInstances, with more on their documents from the first commit on. */
export async function launchInstances(
  input: Asked,
  context: OperationContext,
  more: Pick<InstanceDocument, 'Scaling'>,
): Promise<Reservation> {
  refuseUnsupported(input)
  const userData = givenUserData(input.UserData)
  const Tags = specifiedTags(input.TagSpecifications, 'instance', ['volume', 'network-interface'])
  refuseDryRun(input.DryRun)
  const { answer } = await commitPlanned(context.store, snapshot => {
    const before = reservedBefore(snapshot, input)
    if (before !== undefined) return { changes: [], answer: before }
    const made = newInstances(snapshot, input, context, userData, Tags).map(one => ({ ...one, ...more }))
    const addresses = made.map(({ Instance }) => {
      const owner: PrivateAddressDocument = {
        Owner: instanceKey(Instance.InstanceId),
        SubnetId: Instance.SubnetId ?? '',
      }
      return { key: privateAddressKey(Instance.PrivateIpAddress), value: owner }
    })
    return {
      changes: [
        ...made.map(one => ({ key: instanceKey(one.Instance.InstanceId), value: one })),
        ...addresses,
        placed(snapshot),
      ],
      unchanged: made.map(({ Instance }) => subnetKey(Instance.SubnetId ?? '')),
      answer: made,
    }
  })
  const snapshot = context.store.read()
  return {
    ReservationId: answer[0]?.ReservationId,
    OwnerId: context.accountId,
    Groups: [],
    Instances: answer.map(document => shownInstance(snapshot, document)),
  }
}

/** Names and auxiliary ports are decided beside all instances: of two calls at a time, one decides again. */
function placed(snapshot: Snapshot) {
  const key = 'ec2/register/instance'
  const writes = snapshot.get<{ writes: number }>(key)?.value.writes ?? 0
  return { key, value: { writes: writes + 1 } }
}

function refuseUnsupported({
  ImageId,
  MinCount,
  MaxCount,
  LaunchTemplate,
  NetworkInterfaces = [],
  InstanceMarketOptions,
}: Asked): void {
  if (ImageId === undefined && LaunchTemplate === undefined)
    throw refuse('MissingParameter', 'The request must contain the parameter ImageId')
  if (LaunchTemplate !== undefined)
    throw refuse('UnsupportedOperation', 'Launch templates are not supported; say what they say.')
  if (ImageId !== nodeImageId)
    throw refuse(
      'InvalidAMIID.NotFound',
      `The image id '[${ImageId}]' does not exist. There is ${nodeImageId}.`,
    )
  if (
    NetworkInterfaces.length > 1 ||
    NetworkInterfaces.some(({ NetworkInterfaceId }) => NetworkInterfaceId !== undefined)
  )
    throw refuse('UnsupportedOperation', 'An instance has one network interface, made with it.')
  if (InstanceMarketOptions !== undefined)
    throw refuse('UnsupportedOperation', 'There is no spot market here.')
  if (MinCount > MaxCount || MinCount < 1)
    throw refuse('InvalidParameterValue', `Invalid value for instance count: ${MinCount} to ${MaxCount}`)
}

function reservedBefore(snapshot: Snapshot, { ClientToken }: Asked): InstanceDocument[] | undefined {
  if (ClientToken === undefined || ClientToken === '') return undefined
  const found = allInstances(snapshot).filter(({ Instance }) => Instance.ClientToken === ClientToken)
  return found.length === 0 ? undefined : found
}

function newInstances(
  snapshot: Snapshot,
  input: Asked,
  { random, wallMs }: OperationContext,
  userData: UserData,
  Tags: NonNullable<InstanceDocument['Instance']['Tags']>,
): InstanceDocument[] {
  const existing = allInstances(snapshot).filter(({ DesiredState }) => DesiredState !== 'terminated')
  // Names of those whose processes have not ended yet are still theirs.
  const unfinished = allInstances(snapshot).filter(document => stateOf(snapshot, document) !== 'terminated')
  const count = Math.min(input.MaxCount, ec2Limits.instancesMax - existing.length)
  if (count < input.MinCount)
    throw refuse(
      'InstanceLimitExceeded',
      `You have requested more instances (${existing.length + input.MinCount}) than your current instance limit of ${ec2Limits.instancesMax} allows.`,
    )
  const subnet = subnetFor(snapshot, input)
  const SecurityGroups = groupsFor(snapshot, input, subnet)
  const ReservationId = newEc2Id('r', random)
  const taken = takenAddresses(snapshot)
  const made: InstanceDocument[] = []
  for (let index = 0; index < count; index++) {
    const InstanceId = newEc2Id('i', random)
    const address = addressFor(input, subnet, taken)
    taken.add(address)
    const place = {
      instanceId: InstanceId,
      address,
      zone: subnet.AvailabilityZone,
      ordinal: count === 1 ? undefined : index + 1,
    }
    made.push({
      Instance: {
        InstanceId,
        ImageId: nodeImageId,
        InstanceType: input.InstanceType ?? instanceTypeDefault,
        ...(input.KeyName === undefined ? {} : { KeyName: input.KeyName }),
        ...(input.ClientToken === undefined ? {} : { ClientToken: input.ClientToken }),
        AmiLaunchIndex: index,
        LaunchTime: new Date(wallMs()).toISOString(),
        PrivateIpAddress: address,
        Placement: { AvailabilityZone: subnet.AvailabilityZone },
        SubnetId: subnet.SubnetId,
        VpcId: subnet.VpcId,
        SecurityGroups,
        Tags,
      },
      ReservationId,
      DesiredState: 'running',
      DisableApiTermination: input.DisableApiTermination === true,
      UserData: nodeConfig(snapshot, userData, place, [...unfinished, ...made]),
      GivenUserData: input.UserData ?? '',
    })
  }
  return made
}

/** As named; else the default one of the zone that is named; else that of the first zone. */
function subnetFor(snapshot: Snapshot, { SubnetId, Placement, NetworkInterfaces = [] }: Asked): KnownSubnet {
  const named = SubnetId ?? NetworkInterfaces[0]?.SubnetId
  const zone = Placement?.AvailabilityZone
  if (named !== undefined) {
    const subnet = subnetOf(snapshot, named)
    if (zone !== undefined && zone !== subnet.AvailabilityZone)
      throw refuse(
        'InvalidParameterValue',
        `The subnet ${named} is in ${subnet.AvailabilityZone}, not in ${zone}`,
      )
    return subnet
  }
  const defaults = allSubnets(snapshot)
    .filter(({ DefaultForAz, VpcId }) => DefaultForAz === true && VpcId === defaultVpc(snapshot)?.VpcId)
    .sort((a, b) => (a.AvailabilityZone < b.AvailabilityZone ? -1 : 1))
  const found = zone === undefined ? defaults[0] : defaults.find(subnet => subnet.AvailabilityZone === zone)
  if (found === undefined && zone !== undefined)
    throw refuse('InvalidParameterValue', `Invalid availability zone: [${zone}]`)
  if (found === undefined) throw noSubnet(['default'])
  return found
}

function groupsFor(
  snapshot: Snapshot,
  { SecurityGroupIds, SecurityGroups, NetworkInterfaces = [] }: Asked,
  subnet: KnownSubnet,
): GroupIdentifier[] {
  const ids = SecurityGroupIds ?? NetworkInterfaces[0]?.Groups ?? []
  const inVpc = allGroups(snapshot).filter(({ VpcId }) => VpcId === subnet.VpcId)
  const names = SecurityGroups ?? []
  const named = names.map(
    name => inVpc.find(({ GroupName }) => GroupName === name) ?? groupOf(snapshot, name),
  )
  const chosen = [...ids.map(id => groupOf(snapshot, id)), ...named]
  const groups = chosen.length > 0 ? chosen : inVpc.filter(({ GroupName }) => GroupName === 'default')
  const foreign = groups.find(({ VpcId }) => VpcId !== subnet.VpcId)
  if (foreign !== undefined)
    throw refuse(
      'InvalidParameterValue',
      `Security group ${foreign.GroupId} and subnet ${subnet.SubnetId} belong to different networks.`,
    )
  if (groups.length > ec2Limits.securityGroupsPerInstanceMax)
    throw refuse(
      'InvalidParameterValue',
      `An instance has at most ${ec2Limits.securityGroupsPerInstanceMax} security groups`,
    )
  return groups.map(({ GroupId, GroupName }) => ({ GroupId, GroupName }))
}

function addressFor(
  { PrivateIpAddress, MaxCount, NetworkInterfaces = [] }: Asked,
  subnet: KnownSubnet,
  taken: ReadonlySet<string>,
): string {
  const asked = PrivateIpAddress ?? NetworkInterfaces[0]?.PrivateIpAddress
  if (asked === undefined) {
    const free = freeAddress(subnet.CidrBlock, taken)
    if (free !== undefined) return free
    throw refuse(
      'InsufficientFreeAddressesInSubnet',
      `Insufficient free addresses in subnet ${subnet.SubnetId}`,
    )
  }
  if (MaxCount > 1)
    throw refuse('InvalidParameterCombination', 'One private address can be given to one instance only')
  if (!isUsableAddress(subnet.CidrBlock, asked))
    throw refuse('InvalidParameterValue', `Address ${asked} does not fall within the subnet's address range`)
  if (taken.has(asked)) throw refuse('InvalidIPAddress.InUse', `Address ${asked} is in use.`)
  return asked
}
