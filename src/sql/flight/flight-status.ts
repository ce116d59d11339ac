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

/**
 * Trailers for clients that tell the parts of an error apart: its SQLSTATE, how long message, detail and hint are in the one text (UTF-16
 * units; empty for what there is not), and where in the statement it is (characters, from 1).
 */
export const errorTrailers = {
  sqlState: 'x-sqlstate',
  parts: 'x-everport-parts',
  position: 'x-everport-position',
} as const

export function flightError(thrown: unknown): FlightError {
  const error = publicError(thrown)
  const { sqlState, httpStatus } = errorTable[error.code]
  const metadata = new Metadata()
  metadata.set(errorTrailers.sqlState, sqlState)
  const { message, detail, hint, position } = error
  metadata.set(errorTrailers.parts, [message, detail, hint].map(part => part?.length ?? '').join())
  if (position !== undefined) metadata.set(errorTrailers.position, String(position))
  return {
    code: statuses[error.code] ?? byHttpStatus[httpStatus] ?? status.INTERNAL,
    details: sentence(error),
    metadata,
  }
}

export const hintLabel = 'Hint: '

/** gRPC has one text: the message, then what was found and what to do. Statuses must fit into headers. */
function sentence(error: EverportError): string {
  const parts = [error.message]
  if (error.detail !== undefined) parts.push(error.detail)
  if (error.hint !== undefined) parts.push(`${hintLabel}${error.hint}`)
  return parts.join('\n').slice(0, detailsMax)
}

/** Headers of 8 KiB are what every client takes; non-ASCII grows to three times. */
const detailsMax = 2_000
