import { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

export interface SaslInitialResponse {
  readonly kind: 'SASLInitialResponse'
  readonly mechanism: string
  /** Undefined when the client sends none with its choice. */
  readonly data: Uint8Array | undefined
}

export function encodeSaslInitialResponse(message: SaslInitialResponse, to: ByteWriter): void {
  to.begin('p').cstring(message.mechanism)
  if (message.data === undefined) to.int32(-1)
  else to.int32(message.data.length).bytes(message.data)
  to.end()
}

export function decodeSaslInitialResponse(body: Uint8Array): SaslInitialResponse {
  const from = new ByteReader(body)
  const mechanism = from.cstring()
  const length = from.int32()
  const data = length === -1 ? undefined : from.bytes(length)
  from.end()
  return { kind: 'SASLInitialResponse', mechanism, data }
}
