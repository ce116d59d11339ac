import type { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'
import { type ReportFields, readReportFields, writeReportFields } from './report-fields.ts'

export interface ErrorResponse {
  readonly kind: 'ErrorResponse'
  readonly fields: ReportFields
}

export function encodeErrorResponse(message: ErrorResponse, to: ByteWriter): void {
  to.begin('E')
  writeReportFields(message.fields, to)
  to.end()
}

export function decodeErrorResponse(from: ByteReader): ErrorResponse {
  return { kind: 'ErrorResponse', fields: readReportFields(from) }
}
