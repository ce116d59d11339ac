import type { Metadata, ServiceError } from '@grpc/grpc-js'
import { status } from '@grpc/grpc-js'

/** What a server, or the way to it, refused a call with. */
export class FlightFailure extends Error {
  override name = 'FlightFailure'
  /** gRPC's name of the status, for example `UNAVAILABLE`. */
  readonly status: string
  /** As PostgreSQL gives it, for example `42P01`; undefined when the answer is not from an Everport node. */
  readonly sqlState: string | undefined
  constructor(message: string, statusName: string, sqlState: string | undefined, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.status = statusName
    this.sqlState = sqlState
  }
}

export function flightFailure(error: unknown): FlightFailure {
  if (error instanceof FlightFailure) return error
  const { code, details, metadata } = error as Partial<ServiceError>
  const name = code === undefined ? 'INTERNAL' : (status[code] ?? 'UNKNOWN')
  return new FlightFailure(details ?? String(error), name, sqlStateOf(metadata), error)
}

function sqlStateOf(metadata: Metadata | undefined): string | undefined {
  const [value] = metadata?.get('x-sqlstate') ?? []
  return value === undefined ? undefined : String(value)
}
