import { timingSafeEqual } from 'node:crypto'
import { EverportError } from '../../base/errors.ts'
import { base64, fromBase64, hash, hmac, keyBytes, type ScramVerifier } from './scram-verifier.ts'

export const scramMechanism = 'SCRAM-SHA-256'

/** A login between the server's first message and the client's last. */
export interface ScramExchange {
  readonly verifier: ScramVerifier
  /** The GS2 header that the client must repeat: 'n,,' or 'y,,'. */
  readonly gs2Header: string
  readonly nonce: string
  readonly clientFirstBare: string
  readonly serverFirst: string
}

/** Answers client-first-message (RFC 5802, section 5.1). The name in it is ignored, as PostgreSQL does: the startup packet has it. */
export function beginScram(
  clientFirst: Uint8Array,
  verifier: ScramVerifier,
  serverNonce: string,
): ScramExchange {
  const text = messageText(clientFirst)
  const gs2Header = /^([ny]),,/.exec(text)?.[0]
  if (gs2Header === undefined) throw refusedHeader(text)
  const clientFirstBare = text.slice(gs2Header.length)
  // A 'm=' in front would be a mandatory extension, which must fail.
  const clientNonce = /^n=[^,]*,r=([!-+\--~]+)(?:,|$)/.exec(clientFirstBare)?.[1]
  if (clientNonce === undefined) throw malformed()
  const nonce = clientNonce + serverNonce
  const serverFirst = `r=${nonce},s=${base64(verifier.salt)},i=${verifier.iterations}`
  return { verifier, gs2Header, nonce, clientFirstBare, serverFirst }
}

/** Server-final-message when the proof is right, undefined when it is wrong. */
export function finishScram(clientFinal: Uint8Array, exchange: ScramExchange): string | undefined {
  const text = messageText(clientFinal)
  const match = /^(c=([^,]*),r=([!-+\--~]+)(?:,[^,]+)*),p=([\w+/]+=*)$/.exec(text)
  if (match === null) throw malformed()
  const [, withoutProof = '', channelBinding = '', nonce = '', proof] = match
  if (channelBinding !== base64(Buffer.from(exchange.gs2Header))) {
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
  if (text.startsWith('p=')) {
    return new EverportError(
      'protocol_violation',
      'client selected SCRAM channel binding, which was not offered',
    )
  }
  if (/^[ny],a=/.test(text)) {
    return new EverportError(
      'feature_not_supported',
      'client uses authorization identity, but it is not supported',
    )
  }
  return malformed()
}

function malformed(): EverportError {
  return new EverportError('protocol_violation', 'malformed SCRAM message')
}
