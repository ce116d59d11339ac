import { type TopologySettings, topologySettingsKey } from '../../resources/topology-settings.ts'
import type { Snapshot } from '../../store/store.ts'
import type { OperationContext } from '../operation.ts'

/** In the topology's zone, which our DNS servers answer; without a topology as AWS names them. */
export function balancerDnsName(
  snapshot: Snapshot,
  { region }: Pick<OperationContext, 'region'>,
  name: string,
  id: string,
): string {
  const domain = snapshot.get<TopologySettings>(topologySettingsKey)?.value.domain
  return domain === undefined ? `${name}-${id}.elb.${region}.amazonaws.com` : `${name}-${id}.elb.${domain}`
}
