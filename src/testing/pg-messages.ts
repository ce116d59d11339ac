import fc from 'fast-check'
import { ByteWriter } from '../sql/pgwire/byte-writer.ts'
import type { BackendMessage } from '../sql/pgwire/messages/backend.ts'
import type { FrontendMessage, StartupPacket } from '../sql/pgwire/messages/frontend.ts'

function record<T extends object>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(shape, { noNullPrototype: true })
}

const cstring = fc.string({ unit: 'binary', maxLength: 20 }).map(text => text.replaceAll('\0', ''))
const name = cstring.filter(text => text !== '')
const bytes = fc.uint8Array({ maxLength: 40 }).map(value => Buffer.from(value))
const values = fc.array(fc.option(bytes), { maxLength: 8 })
const secret = fc.uint8Array({ minLength: 4, maxLength: 256 }).map(value => Buffer.from(value))
const uint32 = fc.integer({ min: 0, max: 0xffffffff })
const int32 = fc.integer({ min: -0x80000000, max: 0x7fffffff })
const int16 = fc.integer({ min: -0x8000, max: 0x7fff })
const formats = fc.array(int16, { maxLength: 4 })
const target = record({ of: fc.constantFrom('statement' as const, 'portal' as const), name: cstring })
const kind = <K extends string>(value: K): fc.Arbitrary<K> => fc.constant(value)

export const anyStartupPacket: fc.Arbitrary<StartupPacket> = fc.oneof(
  record({
    kind: kind('StartupMessage'),
    protocolVersion: fc.constantFrom(196608, 196610),
    parameters: fc.array(fc.tuple(name, cstring), { maxLength: 5 }).map(pairs => new Map(pairs)),
  }),
  record({ kind: kind('SSLRequest') }),
  record({ kind: kind('GSSENCRequest') }),
  record({ kind: kind('CancelRequest'), processId: uint32, secret }),
  record({ kind: kind('ForwardedCancel'), sealed: bytes }),
)

export const anyFrontendMessage: fc.Arbitrary<FrontendMessage> = fc.oneof(
  record({
    kind: kind('Bind'),
    portal: cstring,
    statement: cstring,
    parameterFormats: formats,
    parameters: values,
    resultFormats: formats,
  }),
  record({
    kind: fc.constantFrom('Flush' as const, 'Sync' as const, 'Terminate' as const, 'CopyDone' as const),
  }),
  record({ kind: kind('Close'), target }),
  record({ kind: kind('Describe'), target }),
  record({ kind: kind('CopyData'), data: bytes }),
  record({ kind: kind('CopyFail'), reason: cstring }),
  record({ kind: kind('Execute'), portal: cstring, rowsMax: int32 }),
  record({ kind: kind('FunctionCall'), data: bytes }),
  record({
    kind: kind('Parse'),
    name: cstring,
    text: cstring,
    parameterTypeOids: fc.array(uint32, { maxLength: 5 }),
  }),
  record({ kind: kind('Query'), text: cstring }),
  record({
    kind: kind('SASLInitialResponse'),
    mechanism: cstring,
    data: fc.option(bytes, { nil: undefined }),
  }),
  record({ kind: kind('SASLResponse'), data: bytes }),
)

const fields = fc.array(fc.tuple(fc.constantFrom('S', 'V', 'C', 'M', 'D', 'H', 'P'), cstring), {
  maxLength: 6,
})

export const anyBackendMessage: fc.Arbitrary<BackendMessage> = fc.oneof(
  record({ kind: kind('AuthenticationOk') }),
  record({ kind: kind('AuthenticationSASL'), mechanisms: fc.array(name, { maxLength: 3 }) }),
  record({ kind: kind('AuthenticationSASLContinue'), data: bytes }),
  record({ kind: kind('AuthenticationSASLFinal'), data: bytes }),
  record({ kind: kind('AuthenticationOther'), code: fc.constantFrom(3, 5, 7), data: bytes }),
  record({ kind: kind('BackendKeyData'), processId: uint32, secret }),
  record({
    kind: fc.constantFrom(
      'ParseComplete' as const,
      'BindComplete' as const,
      'CloseComplete' as const,
      'NoData' as const,
      'PortalSuspended' as const,
      'EmptyQueryResponse' as const,
      'CopyOutDone' as const,
    ),
  }),
  record({ kind: kind('CommandComplete'), tag: cstring }),
  record({ kind: kind('DataRow'), values }),
  record({ kind: kind('CopyOutData'), data: bytes }),
  record({
    kind: kind('CopyOutResponse'),
    format: fc.constantFrom(0, 1),
    columnCount: fc.integer({ min: 0, max: 9 }),
  }),
  record({ kind: kind('ErrorResponse'), fields }),
  record({ kind: kind('NoticeResponse'), fields }),
  record({
    kind: kind('NegotiateProtocolVersion'),
    newest: int32,
    unknownOptions: fc.array(cstring, { maxLength: 3 }),
  }),
  record({ kind: kind('ParameterDescription'), typeOids: fc.array(uint32, { maxLength: 5 }) }),
  record({ kind: kind('ParameterStatus'), name: cstring, value: cstring }),
  record({
    kind: kind('ReadyForQuery'),
    status: fc.constantFrom('I' as const, 'T' as const, 'E' as const),
  }),
  record({
    kind: kind('RowDescription'),
    fields: fc.array(
      record({
        name: cstring,
        typeOid: uint32,
        typeSize: int16,
        typeModifier: int32,
        format: fc.constantFrom(0 as const, 1 as const),
      }),
      { maxLength: 5 },
    ),
  }),
)

/** The bytes of one message, through any of the encoders. */
export function encoded<M>(message: M, encode: (message: M, to: ByteWriter) => void): Buffer {
  const writer = new ByteWriter()
  encode(message, writer)
  return Buffer.from(writer.take())
}
