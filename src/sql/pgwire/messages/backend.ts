import { unreachable } from '../../../base/assert.ts'
import { ByteReader } from '../byte-reader.ts'
import type { ByteWriter } from '../byte-writer.ts'
import type { Frame } from '../framing.ts'
import { type Authentication, decodeAuthentication, encodeAuthentication } from './backend/authentication.ts'
import {
  type BackendKeyData,
  decodeBackendKeyData,
  encodeBackendKeyData,
} from './backend/backend-key-data.ts'
import { type BodilessBackendMessage, bodilessTypes } from './backend/bodiless.ts'
import {
  type CommandComplete,
  decodeCommandComplete,
  encodeCommandComplete,
} from './backend/command-complete.ts'
import { type CopyOutData, decodeCopyOutData, encodeCopyOutData } from './backend/copy-data.ts'
import {
  type CopyOutResponse,
  decodeCopyOutResponse,
  encodeCopyOutResponse,
} from './backend/copy-out-response.ts'
import { type DataRow, decodeDataRow, encodeDataRow } from './backend/data-row.ts'
import {
  type EncryptionAccepted,
  type EncryptionRefused,
  encodeEncryptionAnswer,
} from './backend/encryption-answer.ts'
import { decodeErrorResponse, type ErrorResponse, encodeErrorResponse } from './backend/error-response.ts'
import {
  decodeNegotiateProtocolVersion,
  encodeNegotiateProtocolVersion,
  type NegotiateProtocolVersion,
} from './backend/negotiate-protocol-version.ts'
import { decodeNoticeResponse, encodeNoticeResponse, type NoticeResponse } from './backend/notice-response.ts'
import {
  decodeParameterDescription,
  encodeParameterDescription,
  type ParameterDescription,
} from './backend/parameter-description.ts'
import {
  decodeParameterStatus,
  encodeParameterStatus,
  type ParameterStatus,
} from './backend/parameter-status.ts'
import { decodeReadyForQuery, encodeReadyForQuery, type ReadyForQuery } from './backend/ready-for-query.ts'
import { decodeRowDescription, encodeRowDescription, type RowDescription } from './backend/row-description.ts'

/** What a server sends. */
export type BackendMessage =
  | Authentication
  | BackendKeyData
  | BodilessBackendMessage
  | CommandComplete
  | CopyOutData
  | CopyOutResponse
  | DataRow
  | EncryptionAccepted
  | EncryptionRefused
  | ErrorResponse
  | NegotiateProtocolVersion
  | NoticeResponse
  | ParameterDescription
  | ParameterStatus
  | ReadyForQuery
  | RowDescription

export function encodeBackend(message: BackendMessage, to: ByteWriter): void {
  switch (message.kind) {
    case 'AuthenticationOk':
    case 'AuthenticationSASL':
    case 'AuthenticationSASLContinue':
    case 'AuthenticationSASLFinal':
    case 'AuthenticationOther':
      return encodeAuthentication(message, to)
    case 'BackendKeyData':
      return encodeBackendKeyData(message, to)
    case 'CommandComplete':
      return encodeCommandComplete(message, to)
    case 'CopyOutData':
      return encodeCopyOutData(message, to)
    case 'CopyOutResponse':
      return encodeCopyOutResponse(message, to)
    case 'DataRow':
      return encodeDataRow(message, to)
    case 'EncryptionAccepted':
    case 'EncryptionRefused':
      return encodeEncryptionAnswer(message, to)
    case 'ErrorResponse':
      return encodeErrorResponse(message, to)
    case 'NegotiateProtocolVersion':
      return encodeNegotiateProtocolVersion(message, to)
    case 'NoticeResponse':
      return encodeNoticeResponse(message, to)
    case 'ParameterDescription':
      return encodeParameterDescription(message, to)
    case 'ParameterStatus':
      return encodeParameterStatus(message, to)
    case 'ReadyForQuery':
      return encodeReadyForQuery(message, to)
    case 'RowDescription':
      return encodeRowDescription(message, to)
    case 'ParseComplete':
    case 'BindComplete':
    case 'CloseComplete':
    case 'NoData':
    case 'PortalSuspended':
    case 'EmptyQueryResponse':
    case 'CopyOutDone':
      return to.begin(bodilessTypes[message.kind]).end()
    default:
      return unreachable(message)
  }
}

/**
 * Undefined for a type that is not known. Throws 'protocol_violation' or 'invalid_encoding' for a body that is wrong. The one-byte
 * answer to SSLRequest is no message and never comes here.
 */
export function decodeBackend(frame: Frame): BackendMessage | undefined {
  const from = new ByteReader(frame.body)
  const message = decodeBody(frame.type, from)
  if (message !== undefined) from.end()
  return message
}

function decodeBody(type: string, from: ByteReader): BackendMessage | undefined {
  switch (type) {
    case 'R':
      return decodeAuthentication(from)
    case 'K':
      return decodeBackendKeyData(from)
    case 'C':
      return decodeCommandComplete(from)
    case 'd':
      return decodeCopyOutData(from)
    case 'H':
      return decodeCopyOutResponse(from)
    case 'D':
      return decodeDataRow(from)
    case 'E':
      return decodeErrorResponse(from)
    case 'v':
      return decodeNegotiateProtocolVersion(from)
    case 'N':
      return decodeNoticeResponse(from)
    case 't':
      return decodeParameterDescription(from)
    case 'S':
      return decodeParameterStatus(from)
    case 'Z':
      return decodeReadyForQuery(from)
    case 'T':
      return decodeRowDescription(from)
    case '1':
      return { kind: 'ParseComplete' }
    case '2':
      return { kind: 'BindComplete' }
    case '3':
      return { kind: 'CloseComplete' }
    case 'n':
      return { kind: 'NoData' }
    case 's':
      return { kind: 'PortalSuspended' }
    case 'I':
      return { kind: 'EmptyQueryResponse' }
    case 'c':
      return { kind: 'CopyOutDone' }
    default:
      return undefined
  }
}
