/**
 * The closed table of everything that can be refused or fail. A protocol shows an error in its own terms: PostgreSQL a
 * SQLSTATE (PostgreSQL's appendix A), HTTP a status, the AWS APIs a code. Nothing else is ever sent to a client.
 */
export const errorTable = {
  // Requests that are wrong
  invalid_input: { sqlState: '22023', httpStatus: 400, awsCode: 'ValidationError' },
  invalid_text: { sqlState: '22P02', httpStatus: 400, awsCode: 'ValidationError' },
  invalid_encoding: { sqlState: '22021', httpStatus: 400, awsCode: 'ValidationError' },
  protocol_violation: { sqlState: '08P01', httpStatus: 400, awsCode: 'MalformedQueryString' },
  message_too_large: { sqlState: '54000', httpStatus: 413, awsCode: 'RequestEntityTooLarge' },
  syntax_error: { sqlState: '42601', httpStatus: 400, awsCode: 'ValidationError' },
  undefined_table: { sqlState: '42P01', httpStatus: 404, awsCode: 'ValidationError' },
  undefined_column: { sqlState: '42703', httpStatus: 400, awsCode: 'ValidationError' },
  undefined_function: { sqlState: '42883', httpStatus: 400, awsCode: 'ValidationError' },
  undefined_object: { sqlState: '42704', httpStatus: 404, awsCode: 'ValidationError' },
  undefined_schema: { sqlState: '3F000', httpStatus: 404, awsCode: 'ValidationError' },
  null_value: { sqlState: '22004', httpStatus: 400, awsCode: 'ValidationError' },
  indeterminate_type: { sqlState: '42P18', httpStatus: 400, awsCode: 'ValidationError' },
  undefined_parameter: { sqlState: '42P02', httpStatus: 400, awsCode: 'ValidationError' },
  undefined_statement: { sqlState: '26000', httpStatus: 400, awsCode: 'ValidationError' },
  undefined_portal: { sqlState: '34000', httpStatus: 400, awsCode: 'ValidationError' },
  duplicate_statement: { sqlState: '42P05', httpStatus: 409, awsCode: 'ValidationError' },
  duplicate_portal: { sqlState: '42P03', httpStatus: 409, awsCode: 'ValidationError' },
  duplicate_object: { sqlState: '42710', httpStatus: 409, awsCode: 'ResourceInUse' },
  ambiguous_function: { sqlState: '42725', httpStatus: 400, awsCode: 'ValidationError' },
  ambiguous_column: { sqlState: '42702', httpStatus: 400, awsCode: 'ValidationError' },
  datatype_mismatch: { sqlState: '42804', httpStatus: 400, awsCode: 'ValidationError' },
  grouping_error: { sqlState: '42803', httpStatus: 400, awsCode: 'ValidationError' },
  division_by_zero: { sqlState: '22012', httpStatus: 400, awsCode: 'ValidationError' },
  out_of_range: { sqlState: '22003', httpStatus: 400, awsCode: 'ValidationError' },
  invalid_row_count: { sqlState: '2201W', httpStatus: 400, awsCode: 'ValidationError' },
  invalid_datetime: { sqlState: '22007', httpStatus: 400, awsCode: 'ValidationError' },
  datetime_out_of_range: { sqlState: '22008', httpStatus: 400, awsCode: 'ValidationError' },
  invalid_logarithm: { sqlState: '2201E', httpStatus: 400, awsCode: 'ValidationError' },
  invalid_power: { sqlState: '2201F', httpStatus: 400, awsCode: 'ValidationError' },
  invalid_bucket: { sqlState: '2201G', httpStatus: 400, awsCode: 'ValidationError' },
  invalid_column_reference: { sqlState: '42P10', httpStatus: 400, awsCode: 'ValidationError' },
  substring_error: { sqlState: '22011', httpStatus: 400, awsCode: 'ValidationError' },
  cardinality_violation: { sqlState: '21000', httpStatus: 400, awsCode: 'ValidationError' },
  data_exception: { sqlState: '22000', httpStatus: 400, awsCode: 'ValidationError' },
  feature_not_supported: { sqlState: '0A000', httpStatus: 501, awsCode: 'UnsupportedOperation' },
  read_only: { sqlState: '25006', httpStatus: 403, awsCode: 'OperationNotPermitted' },
  no_active_transaction: { sqlState: '25P01', httpStatus: 409, awsCode: 'OperationNotPermitted' },
  active_transaction: { sqlState: '25001', httpStatus: 409, awsCode: 'OperationNotPermitted' },
  invalid_savepoint: { sqlState: '3B001', httpStatus: 409, awsCode: 'OperationNotPermitted' },
  cannot_change_setting: { sqlState: '55P02', httpStatus: 409, awsCode: 'OperationNotPermitted' },
  wrong_state: { sqlState: '55000', httpStatus: 409, awsCode: 'OperationNotPermitted' },
  in_failed_transaction: { sqlState: '25P02', httpStatus: 409, awsCode: 'OperationNotPermitted' },
  // Who asks
  invalid_password: { sqlState: '28P01', httpStatus: 401, awsCode: 'AuthFailure' },
  invalid_authorization: { sqlState: '28000', httpStatus: 401, awsCode: 'AuthFailure' },
  insufficient_privilege: { sqlState: '42501', httpStatus: 403, awsCode: 'UnauthorizedOperation' },
  undefined_database: { sqlState: '3D000', httpStatus: 404, awsCode: 'ValidationError' },
  invalid_grant: { sqlState: '0LP01', httpStatus: 400, awsCode: 'ValidationError' },
  reserved_name: { sqlState: '42939', httpStatus: 400, awsCode: 'ValidationError' },
  dependent_objects: { sqlState: '2BP01', httpStatus: 409, awsCode: 'ResourceInUse' },
  object_in_use: { sqlState: '55006', httpStatus: 409, awsCode: 'ResourceInUse' },
  // Limits
  too_many_connections: { sqlState: '53300', httpStatus: 503, awsCode: 'Throttling' },
  out_of_memory: { sqlState: '53200', httpStatus: 503, awsCode: 'ServiceUnavailable' },
  limit_exceeded: { sqlState: '53400', httpStatus: 429, awsCode: 'LimitExceeded' },
  statement_too_complex: { sqlState: '54001', httpStatus: 400, awsCode: 'LimitExceeded' },
  lock_not_available: { sqlState: '55P03', httpStatus: 503, awsCode: 'Throttling' },
  // Ends
  idle_session_timeout: { sqlState: '57P05', httpStatus: 408, awsCode: 'RequestExpired' },
  idle_in_transaction_timeout: { sqlState: '25P03', httpStatus: 408, awsCode: 'RequestExpired' },
  query_cancelled: { sqlState: '57014', httpStatus: 499, awsCode: 'RequestExpired' },
  admin_shutdown: { sqlState: '57P01', httpStatus: 503, awsCode: 'ServiceUnavailable' },
  cannot_connect_now: { sqlState: '57P03', httpStatus: 503, awsCode: 'ServiceUnavailable' },
  connection_failure: { sqlState: '08006', httpStatus: 502, awsCode: 'ServiceUnavailable' },
  // Machines and files
  address_in_use: { sqlState: '58000', httpStatus: 500, awsCode: 'InternalFailure' },
  address_missing: { sqlState: '58000', httpStatus: 500, awsCode: 'InternalFailure' },
  permission_denied: { sqlState: '58000', httpStatus: 500, awsCode: 'InternalFailure' },
  file_error: { sqlState: '58030', httpStatus: 500, awsCode: 'InternalFailure' },
  state_error: { sqlState: '58000', httpStatus: 500, awsCode: 'InternalFailure' },
  source_failed: { sqlState: 'HV000', httpStatus: 502, awsCode: 'ServiceUnavailable' },
  not_found: { sqlState: '42704', httpStatus: 404, awsCode: 'ResourceNotFound' },
  internal: { sqlState: 'XX000', httpStatus: 500, awsCode: 'InternalFailure' },
} as const satisfies Record<string, { sqlState: string; httpStatus: number; awsCode: string }>

export type ErrorCode = keyof typeof errorTable

export interface ErrorDetails {
  /** More about what was found. */
  readonly detail?: string
  /** What the reader can do. */
  readonly hint?: string
  /** 1-based character position in the statement. */
  readonly position?: number
  readonly cause?: unknown
}

/** An outcome that a client or operator is told of. Programmer errors are AssertionError or plain Error and end the process. */
export class EverportError extends Error {
  override name = 'EverportError'
  readonly code: ErrorCode
  readonly detail: string | undefined
  readonly hint: string | undefined
  readonly position: number | undefined
  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.detail = details.detail
    this.hint = details.hint
    this.position = details.position
  }
}

/** What is shown of any thrown thing: an EverportError as it is, anything else as 'internal' without its text. */
export function publicError(error: unknown): EverportError {
  return error instanceof EverportError
    ? error
    : new EverportError('internal', 'internal error', {
        hint: 'The log of this process has the cause.',
        cause: error,
      })
}

/** PostgreSQL ErrorResponse fields (protocol documentation, "Error and Notice Message Fields"). */
export function renderForPostgres(
  error: EverportError,
  severity: 'ERROR' | 'FATAL',
): [field: string, value: string][] {
  const fields: [string, string][] = [
    ['S', severity],
    ['V', severity],
    ['C', errorTable[error.code].sqlState],
    ['M', error.message],
  ]
  if (error.detail !== undefined) fields.push(['D', error.detail])
  if (error.hint !== undefined) fields.push(['H', error.hint])
  if (error.position !== undefined) fields.push(['P', String(error.position)])
  return fields
}

export interface HttpProblem {
  readonly status: number
  readonly body: {
    readonly error: ErrorCode
    readonly message: string
    readonly detail?: string
    readonly hint?: string
  }
}

export function renderForHttp(error: EverportError): HttpProblem {
  return {
    status: errorTable[error.code].httpStatus,
    body: {
      error: error.code,
      message: error.message,
      ...(error.detail === undefined ? {} : { detail: error.detail }),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    },
  }
}

/** AWS query-protocol error: type Sender below 500, Receiver from 500. */
export function renderForAws(error: EverportError): {
  status: number
  type: 'Sender' | 'Receiver'
  code: string
  message: string
} {
  const { httpStatus, awsCode } = errorTable[error.code]
  return {
    status: httpStatus,
    type: httpStatus < 500 ? 'Sender' : 'Receiver',
    code: awsCode,
    message: error.message,
  }
}

/** Lines for a terminal: what is wrong, then what was found, then what to do. */
export function renderForTerminal(error: EverportError): string {
  const lines = [`error: ${error.message}`]
  if (error.detail !== undefined) lines.push(`  ${error.detail.replaceAll('\n', '\n  ')}`)
  if (error.hint !== undefined) lines.push(`  try: ${error.hint}`)
  return lines.join('\n')
}
