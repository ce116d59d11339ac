import { ConnectError, type Endpoint, formatEndpoint } from '../../base/network.ts'

/** Fields of an ErrorResponse or NoticeResponse that a client can use. */
export interface ServerReport {
  readonly severity: string
  readonly sqlState: string
  readonly message: string
  readonly detail: string | undefined
  readonly hint: string | undefined
  /** 1-based character position in the statement. */
  readonly position: number | undefined
}

/** What the server refused, or said before it hung up (severity FATAL). */
export class PostgresError extends Error implements ServerReport {
  override name = 'PostgresError'
  readonly severity: string
  readonly sqlState: string
  readonly detail: string | undefined
  readonly hint: string | undefined
  readonly position: number | undefined
  constructor(report: ServerReport) {
    super(report.message)
    this.severity = report.severity
    this.sqlState = report.sqlState
    this.detail = report.detail
    this.hint = report.hint
    this.position = report.position
  }
}

export type LossReason = 'closed' | 'reset' | 'timeout'

const lossWords: Readonly<Record<LossReason, string>> = {
  closed: 'the server closed it without a word',
  reset: 'it was reset',
  timeout: 'the server does not answer',
}

/** The connection is gone and the server did not say why. Whether a statement that ran was done is not known. */
export class ConnectionLost extends Error {
  override name = 'ConnectionLost'
  readonly reason: LossReason
  readonly at: Endpoint
  constructor(reason: LossReason, at: Endpoint) {
    super(`connection to ${formatEndpoint(at)} lost: ${lossWords[reason]}`)
    this.reason = reason
    this.at = at
  }
}

/** Whoever answers there does not keep to the PostgreSQL protocol. The connection is closed: nothing read from it can be believed. */
export class NotPostgres extends Error {
  override name = 'NotPostgres'
  readonly at: Endpoint
  constructor(at: Endpoint, found: string) {
    super(`${formatEndpoint(at)} does not answer as a PostgreSQL server: ${found}`)
    this.at = at
  }
}

/** True when the session is over, whatever the reason. */
export function isConnectionEnd(error: unknown): boolean {
  return (
    error instanceof ConnectionLost ||
    error instanceof NotPostgres ||
    error instanceof ConnectError ||
    (error instanceof PostgresError && error.severity !== 'ERROR')
  )
}

/** Another node, or the same one a little later, may well do better (PostgreSQL appendix A: classes 08 and 57P, and 53300). */
export function isTransient(error: unknown): boolean {
  if (error instanceof ConnectionLost || error instanceof ConnectError) return true
  if (!(error instanceof PostgresError)) return false
  const { sqlState } = error
  return sqlState.startsWith('08') || sqlState.startsWith('57P') || sqlState === '53300'
}
