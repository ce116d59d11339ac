import type { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'
import { type ReportFields, readReportFields, writeReportFields } from './report-fields.ts'

export interface NoticeResponse {
  readonly kind: 'NoticeResponse'
  readonly fields: ReportFields
}

export function encodeNoticeResponse(message: NoticeResponse, to: ByteWriter): void {
  to.begin('N')
  writeReportFields(message.fields, to)
  to.end()
}

export function decodeNoticeResponse(from: ByteReader): NoticeResponse {
  return { kind: 'NoticeResponse', fields: readReportFields(from) }
}
