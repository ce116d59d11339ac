import { recordSetPrefix } from '../resources/dns.ts'
import { type ControlStatus, controlStatusKey } from '../resources/status.ts'
import {
  type AppliedTopology,
  appliedTopologyKey,
  type TopologySettings,
  topologySettingsKey,
} from '../resources/topology-settings.ts'
import type { Snapshot } from '../store/store.ts'

/** Where what runs is not what the topology file says: all else may be healthy, and is not what somebody meant. */
export function fileProblems(snapshot: Snapshot): string[] {
  const refused = refusedFile(snapshot)
  return [...(refused === undefined ? [] : [refused]), ...nameProblem(snapshot)]
}

/** A file that is not applied for its mistakes. */
export function refusedFile(snapshot: Snapshot): string | undefined {
  const refused = snapshot.get<ControlStatus>(controlStatusKey)?.value.refused
  return refused === undefined
    ? undefined
    : `the topology file has mistakes and is not applied; the one before it holds: ${refused}`
}

/** Clients ask for the failover name alone. Without a record of it nobody finds a healthy cluster. */
function nameProblem(snapshot: Snapshot): string[] {
  const settings = snapshot.get<TopologySettings>(topologySettingsKey)?.value
  if (settings === undefined) return []
  const prefix = `${recordSetPrefix(settings.hostedZoneId)}${settings.failoverName}./`
  const applied = Object.keys(snapshot.get<AppliedTopology>(appliedTopologyKey)?.value.documents ?? {})
  const wanted = applied.filter(key => key.startsWith(prefix))
  if (wanted.length === 0 || wanted.some(key => snapshot.get(key) !== undefined)) return []
  if (snapshot.list(prefix).length > 0) return []
  return [
    `${settings.failoverName} has no record, and clients do not find it: the topology file's were deleted through the API; make them again there, or bring them back with another \`hostname\` in the file and then this one`,
  ]
}
