import type { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

/** COPY TO STDOUT begins: CopyData messages follow, and CopyDone. */
export interface CopyOutResponse {
  readonly kind: 'CopyOutResponse'
  /** 0: text or CSV, 1: binary; the same for each column. */
  readonly format: number
  readonly columnCount: number
}

export function encodeCopyOutResponse(message: CopyOutResponse, to: ByteWriter): void {
  to.begin('H').uint8(message.format).int16(message.columnCount)
  for (let i = 0; i < message.columnCount; i++) to.int16(message.format)
  to.end()
}

export function decodeCopyOutResponse(from: ByteReader): CopyOutResponse {
  const format = from.uint8()
  const columnCount = from.count(2)
  for (let i = 0; i < columnCount; i++) from.int16()
  return { kind: 'CopyOutResponse', format, columnCount }
}
