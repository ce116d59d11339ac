import { ByteReader } from '../../byte-reader.ts'

/** Messages that are only a type byte. */
export interface Flush {
  readonly kind: 'Flush'
}
export interface Sync {
  readonly kind: 'Sync'
}
export interface Terminate {
  readonly kind: 'Terminate'
}
export interface CopyDone {
  readonly kind: 'CopyDone'
}

export type BodilessFrontendMessage = Flush | Sync | Terminate | CopyDone

export const bodilessTypes = { Flush: 'H', Sync: 'S', Terminate: 'X', CopyDone: 'c' } as const

export function decodeBodiless<K extends BodilessFrontendMessage['kind']>(
  kind: K,
  body: Uint8Array,
): { kind: K } {
  new ByteReader(body).end()
  return { kind }
}
