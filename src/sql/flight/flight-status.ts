import { Metadata, status } from '@grpc/grpc-js'
import { type ErrorCode, EverportError, errorTable, publicError } from '../../base/errors.ts'

/** An error as gRPC tells it: a status, a sentence, and what else there is to know as trailers. */
export interface FlightError {
  readonly code: status
  readonly details: string
  readonly metadata: Metadata
}

/** Where the status does not follow from the HTTP status. */
const statuses: Partial<Record<ErrorCode, status>> = {
  too_many_connections: status.RESOURCE_EXHAUSTED,
  out_of_memory: status.RESOURCE_EXHAUSTED,
  duplicate_object: status.ALREADY_EXISTS,
}

const byHttpStatus: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  409: status.FAILED_PRECONDITION,
  413: status.RESOURCE_EXHAUSTED,
  429: status.RESOURCE_EXHAUSTED,
  499: status.CANCELLED,
  501: status.UNIMPLEMENTED,
  502: status.UNAVAILABLE,
  503: status.UNAVAILABLE,
}

/** The SQLSTATE goes with it, as `x-sqlstate`, for clients that decide by it. */
export function flightError(thrown: unknown): FlightError {
  const error = publicError(thrown)
  const { sqlState, httpStatus } = errorTable[error.code]
  const metadata = new Metadata()
  metadata.set('x-sqlstate', sqlState)
  return {
    code: statuses[error.code] ?? byHttpStatus[httpStatus] ?? status.INTERNAL,
    details: sentence(error),
    metadata,
  }
}

/** gRPC has one text: the message, then what was found and what to do. Statuses must fit into headers. */
function sentence(error: EverportError): string {
  const parts = [error.message]
  if (error.detail !== undefined) parts.push(error.detail)
  if (error.hint !== undefined) parts.push(`Hint: ${error.hint}`)
  return parts.join('\n').slice(0, detailsMax)
}

/** Headers of 8 KiB are what every client takes; non-ASCII grows to three times. */
const detailsMax = 2_000
