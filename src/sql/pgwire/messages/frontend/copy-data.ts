import type { ByteWriter } from '../../byte-writer.ts'

export interface CopyData {
  readonly kind: 'CopyData'
  readonly data: Uint8Array
}

export function encodeCopyData(message: CopyData, to: ByteWriter): void {
  to.begin('d').bytes(message.data).end()
}

export function decodeCopyData(body: Uint8Array): CopyData {
  return { kind: 'CopyData', data: body }
}
