import type { TsigAlgorithm } from '../../resources/dns-transfer.ts'
import type { Name, NameKey } from '../wire/name.ts'

export interface TsigKey {
  readonly name: Name
  readonly algorithm: TsigAlgorithm
  readonly secret: Uint8Array
}

export type TsigKeys = ReadonlyMap<NameKey, TsigKey>

interface Hash {
  readonly hash: string
  readonly macBytes: number
}

export const tsigHashes: Readonly<Record<TsigAlgorithm, Hash>> = {
  'hmac-sha256': { hash: 'sha256', macBytes: 32 },
  'hmac-sha384': { hash: 'sha384', macBytes: 48 },
  'hmac-sha512': { hash: 'sha512', macBytes: 64 },
}
