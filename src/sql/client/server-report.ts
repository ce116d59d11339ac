import { type ReportFields, reportField } from '../pgwire/messages/backend/report-fields.ts'
import type { ServerReport } from './postgres-error.ts'

/** The fields of an ErrorResponse or NoticeResponse by name. V is the severity that is never translated (since PostgreSQL 9.6). */
export function serverReport(fields: ReportFields): ServerReport {
  const position = Number(reportField(fields, 'P'))
  return {
    severity: reportField(fields, 'V') ?? reportField(fields, 'S') ?? 'ERROR',
    sqlState: reportField(fields, 'C') ?? 'XX000',
    message: reportField(fields, 'M') ?? 'the server gave no reason',
    detail: reportField(fields, 'D'),
    hint: reportField(fields, 'H'),
    position: Number.isInteger(position) && position > 0 ? position : undefined,
  }
}
