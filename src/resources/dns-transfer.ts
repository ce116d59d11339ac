/** What a TSIG key may sign with (RFC 8945 section 6); weaker ones are not offered. */
export type TsigAlgorithm = 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512'

/** Under `dns/tsig-key/<name>`, the name in lower case with its final dot. */
export interface TsigKeyDocument {
  readonly name: string
  readonly algorithm: TsigAlgorithm
  /** Sealed with the key of the state folder (resources/sealed-secret.ts), so that a copy of the store signs nothing. */
  readonly sealedSecret: string
}

export const tsigKeyPrefix = 'dns/tsig-key/'
export const tsigKeyKey = (name: string): string => `${tsigKeyPrefix}${name}`

/** Under `dns/transfer/<zone id>`: who may copy the zone, and who is told when it changed. Without it: nobody. */
export interface ZoneTransferDocument {
  /** Names of TSIG keys. */
  readonly allowKeys: readonly string[]
  readonly notify: readonly NotifyTarget[]
}

export interface NotifyTarget {
  readonly address: string
  readonly port: number
  /** Signs the notice. */
  readonly key?: string
}

export const zoneTransferPrefix = 'dns/transfer/'
export const zoneTransferKey = (zoneId: string): string => `${zoneTransferPrefix}${zoneId}`
