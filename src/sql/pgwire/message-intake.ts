import { EverportError } from '../../base/errors.ts'
import type { Frame, FrameReader } from './framing.ts'
import { decodeFrontend, decodeStartupPacket, unknownMessageType } from './messages/frontend.ts'
import type { SessionEvent } from './session-events.ts'
import { isLoggedIn, type Session } from './session-state.ts'

/** The first byte of a TLS handshake; a startup packet, which begins with its length, would be far too large. */
const tlsHandshakeByte = 0x16

/** The next whole message as an event; undefined when more bytes are needed. How to read it depends on how far the session is. */
export function nextClientEvent(reader: FrameReader, session: Session): SessionEvent | undefined {
  const { limits, state } = session
  reader.framing = state.kind === 'startup' ? 'startup' : 'messages'
  if (state.kind === 'startup') reader.bytesMax = limits.startupBytesMax
  else reader.bytesMax = isLoggedIn(session) ? limits.messageBytesMax : limits.loginMessageBytesMax
  if (state.kind === 'startup' && reader.firstByte === tlsHandshakeByte) return { kind: 'directTls' }
  try {
    const frame = reader.next()
    if (frame === undefined) return undefined
    if (state.kind === 'startup') return { kind: 'packet', packet: decodeStartupPacket(frame) }
    return messageEvent(frame, session)
  } catch (error) {
    if (error instanceof EverportError) return { kind: 'broken', error }
    throw error
  }
}

function messageEvent(frame: Frame, session: Session): SessionEvent {
  try {
    const message = decodeFrontend(frame, session.state.kind === 'proof' ? 'response' : 'initial')
    if (message !== undefined) return { kind: 'message', message }
    return { kind: 'broken', error: unknownMessageType(frame.type) }
  } catch (error) {
    if (error instanceof EverportError) return { kind: 'malformed', type: frame.type, error }
    throw error
  }
}
