import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EverportError } from '../../../base/errors.ts'
import {
  anyBackendMessage,
  anyFrontendMessage,
  anyStartupPacket,
  encoded,
} from '../../../testing/pg-messages.ts'
import { type Frame, FrameReader, type Framing } from '../framing.ts'
import { type BackendMessage, decodeBackend, encodeBackend } from './backend.ts'
import {
  decodeFrontend,
  decodeStartupPacket,
  encodeFrontend,
  type FrontendMessage,
  type StartupPacket,
} from './frontend.ts'

function onlyFrame(bytes: Uint8Array, framing: Framing): Frame {
  const reader = new FrameReader(framing, 1 << 20)
  reader.push(bytes)
  const frame = reader.next()
  assert.ok(frame)
  assert.equal(reader.unreadBytes, 0)
  return frame
}

const passwordStep = (message: FrontendMessage): 'initial' | 'response' =>
  message.kind === 'SASLInitialResponse' ? 'initial' : 'response'

test('every frontend message comes back as it was', () => {
  fc.assert(
    fc.property(anyFrontendMessage, message => {
      const frame = onlyFrame(encoded(message, encodeFrontend), 'messages')
      assert.deepEqual(decodeFrontend(frame, passwordStep(message)), message)
    }),
    { numRuns: 500 },
  )
})

test('every startup packet comes back as it was', () => {
  fc.assert(
    fc.property(anyStartupPacket, packet => {
      assert.deepEqual(decodeStartupPacket(onlyFrame(encoded(packet, encodeFrontend), 'startup')), packet)
    }),
  )
})

test('every backend message comes back as it was', () => {
  fc.assert(
    fc.property(anyBackendMessage, message => {
      assert.deepEqual(decodeBackend(onlyFrame(encoded(message, encodeBackend), 'messages')), message)
    }),
    { numRuns: 500 },
  )
})

// Bytes by the message formats of PostgreSQL's documentation.
const frontendBytes: [FrontendMessage | StartupPacket, string][] = [
  [{ kind: 'SSLRequest' }, '0000000804d2162f'],
  [{ kind: 'GSSENCRequest' }, '0000000804d21630'],
  [
    { kind: 'CancelRequest', processId: 1, secret: Buffer.from('ffffffff', 'hex') },
    '0000001004d2162e00000001ffffffff',
  ],
  [
    { kind: 'StartupMessage', protocolVersion: 196608, parameters: new Map([['user', 'a']]) },
    '000000100003000075736572006100 00',
  ],
  [{ kind: 'Query', text: 'select' }, '510000000b73656c65637400'],
  [{ kind: 'Parse', name: 's', text: 'q', parameterTypeOids: [23] }, '500000000e7300710000 0100000017'],
  [
    {
      kind: 'Bind',
      portal: '',
      statement: 's',
      parameterFormats: [1],
      parameters: [Buffer.from([7]), null],
      resultFormats: [0],
    },
    '420000001a 00 7300 0001 0001 0002 00000001 07 ffffffff 0001 0000',
  ],
  [{ kind: 'Describe', target: { of: 'portal', name: '' } }, '44000000065000'],
  [{ kind: 'Close', target: { of: 'statement', name: 's' } }, '4300000007537300'],
  [{ kind: 'Execute', portal: '', rowsMax: 5 }, '45000000090000000005'],
  [{ kind: 'Flush' }, '4800000004'],
  [{ kind: 'Sync' }, '5300000004'],
  [{ kind: 'Terminate' }, '5800000004'],
  [{ kind: 'CopyDone' }, '6300000004'],
  [{ kind: 'CopyFail', reason: 'r' }, '66000000067200'],
  [{ kind: 'SASLInitialResponse', mechanism: 'M', data: Buffer.from('x') }, '700000000b4d000000000178'],
]

test('frontend messages have the documented bytes', () => {
  for (const [message, hex] of frontendBytes) {
    assert.equal(encoded(message, encodeFrontend).toString('hex'), hex.replaceAll(' ', ''), message.kind)
  }
})

const backendBytes: [BackendMessage, string][] = [
  [{ kind: 'AuthenticationOk' }, '520000000800000000'],
  [{ kind: 'AuthenticationSASL', mechanisms: ['M'] }, '520000000b0000000a4d0000'],
  [
    { kind: 'BackendKeyData', processId: 1, secret: Buffer.from('00000002', 'hex') },
    '4b0000000c0000000100000002',
  ],
  [{ kind: 'ReadyForQuery', status: 'I' }, '5a0000000549'],
  [{ kind: 'CommandComplete', tag: 'SET' }, '430000000853455400'],
  [{ kind: 'DataRow', values: [null, Buffer.from('1')] }, '440000000f0002ffffffff0000000131'],
  [{ kind: 'ErrorResponse', fields: [['C', 'X']] }, '450000000843580000'],
  [
    {
      kind: 'RowDescription',
      fields: [{ name: 'n', typeOid: 23, typeSize: 4, typeModifier: -1, format: 0 }],
    },
    '540000001a0001 6e00 00000000 0000 00000017 0004 ffffffff 0000',
  ],
  [{ kind: 'ParameterDescription', typeOids: [25] }, '740000000a000100000019'],
  [
    { kind: 'NegotiateProtocolVersion', newest: 196608, unknownOptions: ['_pq_.x'] },
    '7600000013 00030000 00000001 5f70715f2e7800',
  ],
  [{ kind: 'EncryptionRefused' }, '4e'],
  [{ kind: 'PortalSuspended' }, '7300000004'],
]

test('backend messages have the documented bytes', () => {
  for (const [message, hex] of backendBytes) {
    assert.equal(encoded(message, encodeBackend).toString('hex'), hex.replaceAll(' ', ''), message.kind)
  }
})

test('bodies of arbitrary bytes are decoded or refused as EverportError, nothing else', () => {
  const types = fc.constantFrom(...'BCDEFHPQSXcdfpRKZTtvN13nsI'.split(''))
  fc.assert(
    fc.property(types, fc.uint8Array({ maxLength: 60 }), (type, body) => {
      for (const decode of [
        (frame: Frame) => decodeFrontend(frame, 'initial'),
        (frame: Frame) => decodeFrontend(frame, 'response'),
        decodeBackend,
        decodeStartupPacket,
      ]) {
        assertOnlyEverportErrors(() => decode({ type, body }))
      }
    }),
    { numRuns: 2_000 },
  )
})

test('valid messages with bytes changed are decoded or refused as EverportError, nothing else', () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(anyFrontendMessage, anyBackendMessage, changes, (frontend, backend, changed) => {
      const one = onlyFrame(mutated(encoded(frontend, encodeFrontend), changed), 'messages')
      assertOnlyEverportErrors(() => decodeFrontend(one, passwordStep(frontend)))
      const two = onlyFrame(mutated(encoded(backend, encodeBackend), changed), 'messages')
      assertOnlyEverportErrors(() => decodeBackend(two))
    }),
    { numRuns: 1_000 },
  )
})

/** Changes bytes of the body only, so that the frame stays whole. */
function mutated(message: Buffer, changes: [at: number, value: number][]): Buffer {
  if (message.length <= 5) return message
  for (const [at, value] of changes) message[5 + (at % (message.length - 5))] = value
  return message
}

function assertOnlyEverportErrors(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    assert.ok(error instanceof EverportError, String(error))
  }
}

test('a count larger than the bytes that follow is refused before anything is made of it', () => {
  const body = Buffer.from('000000ffff', 'hex')
  assert.throws(() => decodeFrontend({ type: 'B', body }, 'initial'), /insufficient data left in message/)
})

test('text that is not UTF-8 is refused with 22021', () => {
  assert.throws(
    () => decodeFrontend({ type: 'Q', body: Buffer.from([0xff, 0xfe, 0]) }, 'initial'),
    (error: unknown) => error instanceof EverportError && error.code === 'invalid_encoding',
  )
  assert.deepEqual(decodeFrontend({ type: 'Q', body: Buffer.from('\ufffd\0') }, 'initial'), {
    kind: 'Query',
    text: '\ufffd',
  })
})

test('a zero byte in a text that we send cannot end it early', () => {
  const frame = onlyFrame(encoded({ kind: 'CommandComplete', tag: 'a\0b' }, encodeBackend), 'messages')
  assert.deepEqual(decodeBackend(frame), { kind: 'CommandComplete', tag: 'a\ufffdb' })
})
