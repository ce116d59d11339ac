import type { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

/** A piece of what COPY TO STDOUT writes; a row, a header or a trailer. */
export interface CopyOutData {
  readonly kind: 'CopyOutData'
  readonly data: Uint8Array
}

export function encodeCopyOutData(message: CopyOutData, to: ByteWriter): void {
  to.begin('d').bytes(message.data).end()
}

export function decodeCopyOutData(from: ByteReader): CopyOutData {
  return { kind: 'CopyOutData', data: from.rest() }
}
