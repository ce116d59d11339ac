import type { Metadata, ServiceError } from '@grpc/grpc-js'
import { status } from '@grpc/grpc-js'
import { errorTrailers, hintLabel } from '../sql/flight/flight-status.ts'

/** What a server, or the way to it, refused a call with. */
export class FlightFailure extends Error {
  override name = 'FlightFailure'
  /** gRPC's name of the status, for example `UNAVAILABLE`. */
  readonly status: string
  /** As PostgreSQL gives it, for example `42P01`; undefined when the answer is not from an Everport node. */
  readonly sqlState: string | undefined
  /** The parts that `message` is made of; undefined when the answer is not from an Everport node. */
  readonly report: FailureReport | undefined
  constructor(
    message: string,
    statusName: string,
    sqlState: string | undefined,
    cause?: unknown,
    report?: FailureReport,
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.status = statusName
    this.sqlState = sqlState
    this.report = report
  }
}

/** An error as PostgreSQL tells it. */
export interface FailureReport {
  readonly message: string
  /** More about what was found. */
  readonly detail: string | undefined
  /** What to do. */
  readonly hint: string | undefined
  /** 1-based character position in the statement. */
  readonly position: number | undefined
}

export function flightFailure(error: unknown): FlightFailure {
  if (error instanceof FlightFailure) return error
  const { code, details, metadata } = error as Partial<ServiceError>
  const name = code === undefined ? 'INTERNAL' : (status[code] ?? 'UNKNOWN')
  const text = details ?? String(error)
  return new FlightFailure(text, name, trailer(metadata, 'sqlState'), error, reportOf(text, metadata))
}

function trailer(metadata: Metadata | undefined, name: keyof typeof errorTrailers): string | undefined {
  const [value] = metadata?.get(errorTrailers[name]) ?? []
  return value === undefined ? undefined : String(value)
}

function reportOf(text: string, metadata: Metadata | undefined): FailureReport | undefined {
  const written = trailer(metadata, 'parts')
  if (written === undefined || !/^\d+,\d*,\d*$/.test(written)) return undefined
  let at = 0
  const [message = '', detail, hint] = written.split(',').map((length, index) => {
    if (length === '') return undefined
    if (index > 0) at++
    if (index === 2) at += hintLabel.length
    const part = text.slice(at, at + Number(length))
    at += Number(length)
    return part
  })
  const position = Number(trailer(metadata, 'position') ?? 0)
  return { message, detail, hint, position: position > 0 ? position : undefined }
}
