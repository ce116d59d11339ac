import type { InstanceDocument } from '../../resources/instances.ts'
import type { NodeConfig } from '../../resources/node-config.ts'
import { type TopologySettings, topologySettingsKey } from '../../resources/topology-settings.ts'
import type { Snapshot } from '../../store/store.ts'
import { nodeDefaultsAlone } from '../../topology/node-defaults.ts'
import { defaultAuxiliaryPort } from '../../topology/topology.ts'
import { readUserData, type UserData } from '../../topology/user-data.ts'
import { ec2Limits } from './limits.ts'
import { refuse } from './refuse.ts'

/** Where the instance is: what its user data does not say. */
export interface InstancePlace {
  readonly instanceId: string
  readonly address: string
  readonly zone: string
  /** Of those that one call makes, counted from 1; undefined when it makes one. */
  readonly ordinal: number | undefined
}

/** The text behind the base64 of a request. Mistakes in it are told with their lines, before anything is made. */
export function givenUserData(base64: string | undefined): UserData {
  if (base64 === undefined || base64.trim() === '') return readUserData('').userData as UserData
  if (!/^[A-Za-z0-9+/_\s-]*={0,2}\s*$/.test(base64))
    throw refuse('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.')
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length > ec2Limits.userDataBytesMax)
    throw refuse('InvalidParameterValue', `User data is limited to ${ec2Limits.userDataBytesMax} bytes`)
  const { userData, mistakes } = readUserData(bytes.toString('utf8'))
  if (mistakes !== undefined)
    throw refuse(
      'InvalidUserData.Malformed',
      `The user data is not a node configuration (YAML or JSON):\n${mistakes}`,
    )
  return userData
}

/** What the node is told. `others` are the instances that are there, and those that the same call makes. */
export function nodeConfig(
  snapshot: Snapshot,
  userData: UserData,
  place: InstancePlace,
  others: readonly InstanceDocument[],
): NodeConfig {
  const settings = snapshot.get<TopologySettings>(topologySettingsKey)?.value
  const defaults = settings?.nodes ?? nodeDefaultsAlone
  const { instanceId, address, zone, ordinal } = place
  const named =
    userData.name === undefined || ordinal === undefined ? userData.name : `${userData.name}-${ordinal}`
  const name = named ?? instanceId
  const taken = others.find(({ UserData }) => UserData.name === name)
  if (taken !== undefined)
    throw refuse(
      'InvalidParameterValue',
      `The name ${name} in the user data is that of instance ${taken.Instance.InstanceId}`,
    )
  const { runtime, odbc, web, auxiliary } = userData.ports
  const { connections, memory, drainTimeout } = userData.limits
  const advertisedHost = userData.advertisedHost ?? address
  return {
    name,
    cluster: userData.cluster ?? '',
    availabilityZone: zone,
    address,
    ports: distinct({
      runtime: runtime ?? defaults.ports.runtime,
      auxiliary: auxiliary ?? freeAuxiliaryPort(others),
      odbc: odbc ?? defaults.ports.odbc,
      web: web ?? defaults.ports.web,
    }),
    advertisedHost,
    singlePort: userData.singlePort ?? false,
    database: userData.database ?? settings?.database ?? 'everport',
    catalogFile: catalogFile(userData.catalogFile ?? defaults.catalogFile),
    limits: {
      ...defaults.limits,
      connectionsMax: connections ?? defaults.limits.connectionsMax,
      memoryLimitMegabytes: memory ?? defaults.limits.memoryLimitMegabytes,
      drainTimeoutMs: drainTimeout ?? defaults.limits.drainTimeoutMs,
    },
    tls: { ...defaults.tls, names: [...new Set([advertisedHost, address, 'localhost'])] },
    protocol: defaults.protocol,
  }
}

/** Each node has an address of its own, so other nodes may have the same ports; but for the auxiliary one, all may be alike. */
function distinct(ports: NodeConfig['ports']): NodeConfig['ports'] {
  const entries = Object.entries(ports)
  for (const [name, port] of entries) {
    const other = entries.find(([otherName, otherPort]) => otherName !== name && otherPort === port)
    if (other !== undefined)
      throw refuse(
        'InvalidUserData.Malformed',
        `The ports ${name} and ${other[0]} of the user data are both ${port}`,
      )
  }
  return ports
}

function freeAuxiliaryPort(others: readonly InstanceDocument[]): number {
  const taken = new Set(others.map(({ UserData }) => UserData.ports.auxiliary))
  let order = 0
  while (taken.has(defaultAuxiliaryPort(order))) order++
  return defaultAuxiliaryPort(order)
}

function catalogFile(path: string): string {
  if (path !== '') return path
  throw refuse(
    'InvalidUserData.Malformed',
    'No topology says which catalog nodes serve: name its SQL file as catalogFile in the user data',
  )
}
