import { timingSafeEqual } from 'node:crypto'
import { EverportError } from '../../base/errors.ts'
import { base64, fromBase64, hash, hmac, keyBytes, type ScramVerifier } from './scram-verifier.ts'

export const scramMechanism = 'SCRAM-SHA-256'
/** The same, tied to the TLS session by the server's certificate. */
export const scramPlusMechanism = 'SCRAM-SHA-256-PLUS'
const bindingHeader = 'p=tls-server-end-point,,'

/** What a login is offered: without TLS, or with a certificate that gives no binding, only the plain mechanism. */
export function scramMechanisms(binding: Uint8Array | undefined): string[] {
  return binding === undefined ? [scramMechanism] : [scramPlusMechanism, scramMechanism]
}

/** A login between the server's first message and the client's last. */
export interface ScramExchange {
  readonly verifier: ScramVerifier
  /** What the client must repeat: its GS2 header, and behind 'p=…' the channel binding. */
  readonly channelBinding: Uint8Array
  readonly nonce: string
  readonly clientFirstBare: string
  readonly serverFirst: string
}

export interface ScramStart {
  /** As the client chose it. */
  readonly mechanism: string
  readonly verifier: ScramVerifier
  readonly serverNonce: string
  /** What ties the login to its TLS session; undefined when none was offered. */
  readonly binding?: Uint8Array | undefined
}

/** Answers client-first-message (RFC 5802, section 5.1). The name in it is ignored, as PostgreSQL does: the startup packet has it. */
export function beginScram(clientFirst: Uint8Array, start: ScramStart): ScramExchange {
  const { mechanism, verifier, serverNonce, binding } = start
  if (!scramMechanisms(binding).includes(mechanism)) {
    throw new EverportError('protocol_violation', 'client selected an invalid SASL authentication mechanism')
  }
  const text = messageText(clientFirst)
  const gs2Header = /^(?:[ny]|p=[A-Za-z0-9.-]+),,/.exec(text)?.[0]
  if (gs2Header === undefined) throw refusedHeader(text)
  checkHeader(gs2Header, mechanism, binding)
  const clientFirstBare = text.slice(gs2Header.length)
  // A 'm=' in front would be a mandatory extension, which must fail.
  const clientNonce = /^n=[^,]*,r=([!-+\--~]+)(?:,|$)/.exec(clientFirstBare)?.[1]
  if (clientNonce === undefined) throw malformed()
  const nonce = clientNonce + serverNonce
  const serverFirst = `r=${nonce},s=${base64(verifier.salt)},i=${verifier.iterations}`
  const isBound = mechanism === scramPlusMechanism && binding !== undefined
  const channelBinding = Buffer.concat([Buffer.from(gs2Header), isBound ? binding : new Uint8Array()])
  return { verifier, channelBinding, nonce, clientFirstBare, serverFirst }
}

/** RFC 5802, section 6: who could have bound and says that we could not has been lied to. */
function checkHeader(gs2Header: string, mechanism: string, binding: Uint8Array | undefined): void {
  if (mechanism === scramPlusMechanism) {
    if (gs2Header === bindingHeader) return
    if (!gs2Header.startsWith('p='))
      throw malformed(`The client chose ${mechanism}, but its message has no channel binding.`)
    throw new EverportError('feature_not_supported', 'unsupported SCRAM channel-binding type', {
      detail: 'Only tls-server-end-point is supported.',
    })
  }
  if (gs2Header.startsWith('p='))
    throw malformed(`The client chose ${mechanism}, but its message has a channel binding.`)
  if (gs2Header !== 'y,,' || binding === undefined) return
  throw new EverportError('invalid_authorization', 'SCRAM channel binding negotiation error', {
    detail: 'The client could bind and thinks that this server could not; but this server offered it.',
  })
}

/** Server-final-message when the proof is right, undefined when it is wrong. */
export function finishScram(clientFinal: Uint8Array, exchange: ScramExchange): string | undefined {
  const text = messageText(clientFinal)
  const match = /^(c=([^,]*),r=([!-+\--~]+)(?:,[^,]+)*),p=([\w+/]+=*)$/.exec(text)
  if (match === null) throw malformed()
  const [, withoutProof = '', channelBinding = '', nonce = '', proof] = match
  if (channelBinding !== base64(exchange.channelBinding)) {
    const found = Buffer.from(channelBinding, 'base64').subarray(0, 2).toString()
    if (found === 'p=') {
      throw new EverportError('invalid_authorization', 'SCRAM channel binding check failed')
    }
    throw new EverportError(
      'protocol_violation',
      'unexpected SCRAM channel-binding attribute in client-final-message',
    )
  }
  if (nonce !== exchange.nonce) {
    throw new EverportError('protocol_violation', 'invalid SCRAM response', {
      detail: 'Nonce does not match.',
    })
  }
  const authMessage = `${exchange.clientFirstBare},${exchange.serverFirst},${withoutProof}`
  if (!isProofRight(fromBase64(proof), authMessage, exchange.verifier)) return undefined
  return `v=${base64(hmac(exchange.verifier.serverKey, authMessage))}`
}

function isProofRight(proof: Buffer, authMessage: string, verifier: ScramVerifier): boolean {
  if (proof.length !== keyBytes) throw malformed()
  const signature = hmac(verifier.storedKey, authMessage)
  const clientKey = proof.map((byte, i) => byte ^ (signature[i] ?? 0))
  return timingSafeEqual(hash(clientKey), verifier.storedKey)
}

function messageText(message: Uint8Array): string {
  const text = Buffer.from(message).toString('utf8')
  if (text.includes('\0')) throw malformed()
  return text
}

function refusedHeader(text: string): EverportError {
  if (/^[ny],a=/.test(text)) {
    return new EverportError(
      'feature_not_supported',
      'client uses authorization identity, but it is not supported',
    )
  }
  return malformed()
}

function malformed(detail?: string): EverportError {
  return new EverportError(
    'protocol_violation',
    'malformed SCRAM message',
    detail === undefined ? {} : { detail },
  )
}
