import type {
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult,
  InstanceStatus,
} from '@aws-sdk/client-ec2'
import { instanceChecks, type Reachability } from '../../instances/instance-state.ts'
import type { InstanceDocument } from '../../resources/instances.ts'
import { type NodeStatus, nodeStatusKey } from '../../resources/status.ts'
import type { Snapshot } from '../../store/store.ts'
import type { Operation, OperationContext } from '../operation.ts'
import { filtered } from './filters.ts'
import { allInstances, noInstance, processOf, shownState, stateOf } from './instance.ts'
import { instanceFilters } from './instance-filters.ts'
import { namedOnly, pageOf } from './page.ts'

/** The process is the machine, the node is what runs on it. Only running instances, unless all are asked for. */
export const describeInstanceStatus: Operation<
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult
> = async (input, context) => {
  const snapshot = context.store.read()
  const named = namedOnly(
    allInstances(snapshot),
    input.InstanceIds,
    ({ Instance }) => Instance.InstanceId,
    noInstance,
  )
  const shown = named
    .map(document => ({ document, state: stateOf(snapshot, document), Tags: document.Instance.Tags }))
    .filter(({ state }) => input.IncludeAllInstances === true || state === 'running')
    .map(one => ({ ...one, status: statusOf(snapshot, one.document, context) }))
  const found = filtered(shown, input.Filters, {
    ...instanceFilters,
    'instance-status.status': ({ status }) => [status.InstanceStatus?.Status],
    'system-status.status': ({ status }) => [status.SystemStatus?.Status],
  })
  const { items, next } = pageOf(found, ({ document }) => document.Instance.InstanceId, input)
  return { InstanceStatuses: items.map(({ status }) => status), ...next }
}

function statusOf(
  snapshot: Snapshot,
  document: InstanceDocument,
  { dataPlanes }: OperationContext,
): InstanceStatus {
  const { InstanceId, Placement } = document.Instance
  const state = stateOf(snapshot, document)
  const key = nodeStatusKey(InstanceId)
  const node = dataPlanes.isAlive(key) ? snapshot.get<NodeStatus>(key)?.value : undefined
  const { system, instance } = instanceChecks(state, processOf(snapshot, document.UserData.name), node)
  return {
    InstanceId,
    AvailabilityZone: Placement.AvailabilityZone,
    InstanceState: shownState(state),
    SystemStatus: summary(system),
    InstanceStatus: summary(instance),
  }
}

function summary(status: Reachability) {
  const passed = { ok: 'passed', impaired: 'failed', initializing: 'initializing' } as const
  return {
    Status: status,
    Details: status === 'not-applicable' ? [] : [{ Name: 'reachability' as const, Status: passed[status] }],
  }
}
