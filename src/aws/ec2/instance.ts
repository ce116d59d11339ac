import type { GroupIdentifier, Instance, InstanceState } from '@aws-sdk/client-ec2'
import { type InstanceStateName, instanceState, instanceStateCodes } from '../../instances/instance-state.ts'
import { type InstanceDocument, instanceKey, instancePrefix } from '../../resources/instances.ts'
import { nodeRoleName } from '../../resources/roles.ts'
import { type ProcessStatus, processStatusKey } from '../../resources/status.ts'
import type { Snapshot } from '../../store/store.ts'
import { nodeImageId } from './describe-images.ts'
import { refuse } from './refuse.ts'

export function allInstances(snapshot: Snapshot): InstanceDocument[] {
  return snapshot.list<InstanceDocument>(instancePrefix).map(({ value }) => value)
}

export function instanceOf(snapshot: Snapshot, id: string): InstanceDocument {
  const found = snapshot.get<InstanceDocument>(instanceKey(id))?.value
  if (found === undefined) throw noInstance([id])
  return found
}

export const noInstance = (ids: readonly string[]): Error =>
  ids.length === 1
    ? refuse('InvalidInstanceID.NotFound', `The instance ID '${ids[0]}' does not exist`)
    : refuse('InvalidInstanceID.NotFound', `The instance IDs '${ids.join(', ')}' do not exist`)

export function stateOf(snapshot: Snapshot, { DesiredState, UserData }: InstanceDocument): InstanceStateName {
  const process = processOf(snapshot, UserData.name)
  const isSuccessors =
    DesiredState === 'terminated' && process !== undefined && isNameInUse(snapshot, UserData.name)
  return instanceState(DesiredState, isSuccessors ? undefined : process)
}

/** A process is known by its node's name; the name of one that has gone may be given again. */
function isNameInUse(snapshot: Snapshot, name: string): boolean {
  return allInstances(snapshot).some(
    ({ DesiredState, UserData }) => DesiredState !== 'terminated' && UserData.name === name,
  )
}

export function processOf(snapshot: Snapshot, nodeName: string): ProcessStatus | undefined {
  return snapshot.get<ProcessStatus>(processStatusKey(nodeRoleName(nodeName)))?.value
}

export function shownState(name: InstanceStateName): InstanceState {
  return { Code: instanceStateCodes[name], Name: name }
}

/** As the API shows it. The nodes of a topology file are in no VPC. */
export function shownInstance(snapshot: Snapshot, document: InstanceDocument): Instance {
  const { LaunchTime, SecurityGroups = [], Tags = [], ...instance } = document.Instance
  const state = stateOf(snapshot, document)
  const isThere = state !== 'terminated'
  return {
    ...instance,
    ImageId: instance.ImageId ?? nodeImageId,
    InstanceType: instance.InstanceType ?? instanceTypeDefault,
    AmiLaunchIndex: instance.AmiLaunchIndex ?? 0,
    State: shownState(state),
    ...(LaunchTime === undefined ? {} : { LaunchTime: new Date(LaunchTime) }),
    Placement: { ...instance.Placement, Tenancy: 'default', GroupName: '' },
    PrivateDnsName: isThere ? `ip-${instance.PrivateIpAddress.replaceAll('.', '-')}.ec2.internal` : '',
    PublicDnsName: '',
    Monitoring: { State: 'disabled' },
    Architecture: 'x86_64',
    VirtualizationType: 'hvm',
    RootDeviceType: 'ebs',
    Hypervisor: 'xen',
    StateTransitionReason:
      document.TerminatedAt === undefined ? '' : `User initiated (${document.TerminatedAt})`,
    SecurityGroups: [...SecurityGroups],
    NetworkInterfaces: isThere && instance.SubnetId !== undefined ? [interfaceOf(document)] : [],
    Tags: [...Tags],
  }
}

/** What it would be called in AWS: two processors, some gigabytes. It changes nothing here. */
export const instanceTypeDefault = 'm5.large'

type ShownInterface = NonNullable<Instance['NetworkInterfaces']>[number]

export function interfaceId(instanceId: string): string {
  return `eni-${instanceId.slice('i-'.length)}`
}

function interfaceOf({ Instance: instance }: InstanceDocument): ShownInterface {
  return {
    NetworkInterfaceId: interfaceId(instance.InstanceId),
    SubnetId: instance.SubnetId,
    VpcId: instance.VpcId,
    PrivateIpAddress: instance.PrivateIpAddress,
    PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: instance.PrivateIpAddress }],
    Status: 'in-use',
    SourceDestCheck: true,
    InterfaceType: 'interface',
    Groups: groupsOf(instance.SecurityGroups),
    Attachment: { DeviceIndex: 0, Status: 'attached', DeleteOnTermination: true },
  }
}

function groupsOf(groups: readonly GroupIdentifier[] | undefined): GroupIdentifier[] {
  return [...(groups ?? [])]
}
