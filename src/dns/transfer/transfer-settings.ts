import { type HostedZoneDocument, hostedZoneKey } from '../../resources/dns.ts'
import {
  type TsigKeyDocument,
  tsigKeyKey,
  tsigKeyPrefix,
  type ZoneTransferDocument,
  zoneTransferPrefix,
} from '../../resources/dns-transfer.ts'
import { openSecret } from '../../resources/sealed-secret.ts'
import type { Snapshot } from '../../store/store.ts'
import { type NameKey, nameKey } from '../wire/name.ts'
import { nameFromRoute53 } from '../zone/record-set.ts'
import type { TsigKey, TsigKeys } from './tsig-key.ts'

export interface TransferSettings {
  readonly keys: TsigKeys
  readonly zones: ReadonlyMap<NameKey, ZoneTransfer>
  /** In words: keys that cannot be used. */
  readonly problems: readonly string[]
}

export interface ZoneTransfer {
  readonly allowed: ReadonlySet<NameKey>
  readonly notify: ZoneTransferDocument['notify']
}

/** Who may copy which zone. Without the seal key no key opens, and nobody may. */
export function transferSettings(snapshot: Snapshot, sealKey: Uint8Array | undefined): TransferSettings {
  const keys = new Map<NameKey, TsigKey>()
  const problems: string[] = []
  for (const { key: place, value } of snapshot.list<TsigKeyDocument>(tsigKeyPrefix)) {
    const { name, algorithm, sealedSecret } = value
    const secret = sealKey === undefined ? undefined : openSecret(sealKey, place, sealedSecret)
    if (secret === undefined || place !== tsigKeyKey(name))
      problems.push(`TSIG key ${name} cannot be opened with this state folder's secret.key`)
    else keys.set(nameKey(name), { name, algorithm, secret })
  }
  const zones = new Map<NameKey, ZoneTransfer>()
  for (const { key, value } of snapshot.list<ZoneTransferDocument>(zoneTransferPrefix)) {
    const zoneId = key.slice(zoneTransferPrefix.length)
    const hosted = snapshot.get<HostedZoneDocument>(hostedZoneKey(zoneId))?.value
    if (hosted === undefined) continue
    zones.set(nameKey(nameFromRoute53(hosted.HostedZone.Name)), {
      allowed: new Set(value.allowKeys.map(nameKey)),
      notify: value.notify,
    })
  }
  return { keys, zones, problems }
}
