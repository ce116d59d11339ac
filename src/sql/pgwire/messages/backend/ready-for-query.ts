import { EverportError } from '../../../../base/errors.ts'
import type { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

/** I: no transaction block. T: in one. E: in a failed one. */
export type TransactionStatus = 'I' | 'T' | 'E'

export interface ReadyForQuery {
  readonly kind: 'ReadyForQuery'
  readonly status: TransactionStatus
}

export function encodeReadyForQuery(message: ReadyForQuery, to: ByteWriter): void {
  to.begin('Z').uint8(message.status.charCodeAt(0)).end()
}

export function decodeReadyForQuery(from: ByteReader): ReadyForQuery {
  const status = String.fromCharCode(from.uint8())
  if (status !== 'I' && status !== 'T' && status !== 'E') {
    throw new EverportError('protocol_violation', `invalid transaction status ${JSON.stringify(status)}`)
  }
  return { kind: 'ReadyForQuery', status }
}
