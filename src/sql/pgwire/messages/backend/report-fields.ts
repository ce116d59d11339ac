import type { ByteReader } from '../../byte-reader.ts'
import type { ByteWriter } from '../../byte-writer.ts'

/** Fields of ErrorResponse and NoticeResponse: one letter (S severity, C SQLSTATE, M message …) and a text. */
export type ReportFields = readonly (readonly [field: string, value: string])[]

export function writeReportFields(fields: ReportFields, to: ByteWriter): void {
  for (const [field, value] of fields) to.uint8(field.charCodeAt(0)).cstring(value)
  to.uint8(0)
}

export function readReportFields(from: ByteReader): ReportFields {
  const fields: [string, string][] = []
  for (let code = from.uint8(); code !== 0; code = from.uint8()) {
    fields.push([String.fromCharCode(code), from.cstring()])
  }
  return fields
}

export function reportField(fields: ReportFields, field: string): string | undefined {
  return fields.find(([name]) => name === field)?.[1]
}
