import { unreachable } from '../../../base/assert.ts'
import { EverportError } from '../../../base/errors.ts'
import { ByteReader } from '../byte-reader.ts'
import type { ByteWriter } from '../byte-writer.ts'
import type { Frame } from '../framing.ts'
import { type Bind, decodeBind, encodeBind } from './frontend/bind.ts'
import { type BodilessFrontendMessage, bodilessTypes, decodeBodiless } from './frontend/bodiless.ts'
import {
  type CancelRequest,
  cancelRequestCode,
  decodeCancelRequest,
  encodeCancelRequest,
} from './frontend/cancel-request.ts'
import { type Close, decodeClose, encodeClose } from './frontend/close.ts'
import { type CopyData, decodeCopyData, encodeCopyData } from './frontend/copy-data.ts'
import { type CopyFail, decodeCopyFail, encodeCopyFail } from './frontend/copy-fail.ts'
import { type Describe, decodeDescribe, encodeDescribe } from './frontend/describe.ts'
import { decodeExecute, type Execute, encodeExecute } from './frontend/execute.ts'
import {
  decodeForwardedCancel,
  encodeForwardedCancel,
  type ForwardedCancel,
  forwardedCancelCode,
} from './frontend/forwarded-cancel.ts'
import { decodeFunctionCall, encodeFunctionCall, type FunctionCall } from './frontend/function-call.ts'
import { encodeGssencRequest, type GssencRequest, gssencRequestCode } from './frontend/gssenc-request.ts'
import { decodeParse, encodeParse, type Parse } from './frontend/parse.ts'
import { decodeQuery, encodeQuery, type Query } from './frontend/query.ts'
import {
  decodeSaslInitialResponse,
  encodeSaslInitialResponse,
  type SaslInitialResponse,
} from './frontend/sasl-initial-response.ts'
import { decodeSaslResponse, encodeSaslResponse, type SaslResponse } from './frontend/sasl-response.ts'
import { encodeSslRequest, type SslRequest, sslRequestCode } from './frontend/ssl-request.ts'
import {
  decodeStartupMessage,
  encodeStartupMessage,
  type StartupMessage,
} from './frontend/startup-message.ts'

/** What a client may send before it has a session. */
export type StartupPacket = StartupMessage | SslRequest | GssencRequest | CancelRequest | ForwardedCancel

/** What a client sends after its startup packet. */
export type FrontendMessage =
  | Bind
  | BodilessFrontendMessage
  | Close
  | CopyData
  | CopyFail
  | Describe
  | Execute
  | FunctionCall
  | Parse
  | Query
  | SaslInitialResponse
  | SaslResponse

/** Which message a 'p' is depends on how far the login is. */
export type PasswordStep = 'initial' | 'response'

export function decodeStartupPacket(frame: Frame): StartupPacket {
  const code = new ByteReader(frame.body).int32()
  if (code === cancelRequestCode) return decodeCancelRequest(frame.body)
  if (code === forwardedCancelCode) return decodeForwardedCancel(frame.body)
  if (code === sslRequestCode) return { kind: 'SSLRequest' }
  if (code === gssencRequestCode) return { kind: 'GSSENCRequest' }
  return decodeStartupMessage(frame.body)
}

/** Undefined for a type that does not exist. Throws 'protocol_violation' or 'invalid_encoding' for a body that is wrong. */
export function decodeFrontend(frame: Frame, passwordStep: PasswordStep): FrontendMessage | undefined {
  const { type, body } = frame
  switch (type) {
    case 'B':
      return decodeBind(body)
    case 'C':
      return decodeClose(body)
    case 'D':
      return decodeDescribe(body)
    case 'E':
      return decodeExecute(body)
    case 'F':
      return decodeFunctionCall(body)
    case 'H':
      return decodeBodiless('Flush', body)
    case 'P':
      return decodeParse(body)
    case 'Q':
      return decodeQuery(body)
    case 'S':
      return decodeBodiless('Sync', body)
    case 'X':
      return decodeBodiless('Terminate', body)
    case 'c':
      return decodeBodiless('CopyDone', body)
    case 'd':
      return decodeCopyData(body)
    case 'f':
      return decodeCopyFail(body)
    case 'p':
      return passwordStep === 'initial' ? decodeSaslInitialResponse(body) : decodeSaslResponse(body)
    default:
      return undefined
  }
}

export function encodeFrontend(message: FrontendMessage | StartupPacket, to: ByteWriter): void {
  switch (message.kind) {
    case 'StartupMessage':
      return encodeStartupMessage(message, to)
    case 'SSLRequest':
      return encodeSslRequest(to)
    case 'GSSENCRequest':
      return encodeGssencRequest(to)
    case 'CancelRequest':
      return encodeCancelRequest(message, to)
    case 'ForwardedCancel':
      return encodeForwardedCancel(message, to)
    case 'SASLInitialResponse':
      return encodeSaslInitialResponse(message, to)
    case 'SASLResponse':
      return encodeSaslResponse(message, to)
    case 'Bind':
      return encodeBind(message, to)
    case 'Close':
      return encodeClose(message, to)
    case 'CopyData':
      return encodeCopyData(message, to)
    case 'CopyFail':
      return encodeCopyFail(message, to)
    case 'Describe':
      return encodeDescribe(message, to)
    case 'Execute':
      return encodeExecute(message, to)
    case 'FunctionCall':
      return encodeFunctionCall(message, to)
    case 'Parse':
      return encodeParse(message, to)
    case 'Query':
      return encodeQuery(message, to)
    case 'Flush':
    case 'Sync':
    case 'Terminate':
    case 'CopyDone':
      return to.begin(bodilessTypes[message.kind]).end()
    default:
      return unreachable(message)
  }
}

/** PostgreSQL's words for a type byte that does not exist. */
export function unknownMessageType(type: string): EverportError {
  return new EverportError('protocol_violation', `invalid frontend message type ${type.charCodeAt(0)}`)
}
