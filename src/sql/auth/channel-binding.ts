import { createHash } from 'node:crypto'

/** Signature algorithms by the hex of their object identifier, and the hash of each (RFC 8017, RFC 5758). */
const hashes: Readonly<Record<string, string>> = {
  // md5WithRSAEncryption and sha1WithRSAEncryption: RFC 5929 says SHA-256 for both.
  '2a864886f70d010104': 'sha256',
  '2a864886f70d010105': 'sha256',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  // ecdsa-with-SHA1, SHA256, SHA384, SHA512
  '2a8648ce3d0401': 'sha256',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
}

const sequence = 0x30
const objectIdentifier = 0x06

/**
 * Channel binding `tls-server-end-point` (RFC 5929, section 4): the hash of the server's certificate, by the hash of its signature.
 * Undefined for a signature that names none (Ed25519) or more than one (RSA-PSS); then no binding is offered.
 */
export function endPointBinding(certificate: Uint8Array): Buffer | undefined {
  const algorithm = signatureAlgorithm(Buffer.from(certificate))
  const hash = algorithm === undefined || !Object.hasOwn(hashes, algorithm) ? undefined : hashes[algorithm]
  return hash === undefined ? undefined : createHash(hash).update(certificate).digest()
}

/** The first certificate of a PEM text, in DER. */
export function certificateBytes(pem: string): Buffer | undefined {
  const base64 = /-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/.exec(pem)?.[1]
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64')
}

/** Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OBJECT IDENTIFIER, … }, … } */
function signatureAlgorithm(der: Buffer): string | undefined {
  const whole = element(der, 0, sequence)
  const signed = whole && element(der, whole.start, sequence)
  const algorithm = signed && element(der, signed.end, sequence)
  const identifier = algorithm && element(der, algorithm.start, objectIdentifier)
  return identifier && der.toString('hex', identifier.start, identifier.end)
}

function element(der: Buffer, at: number, tag: number): { start: number; end: number } | undefined {
  if (der[at] !== tag) return undefined
  const first = der[at + 1] ?? 0
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  if (lengthBytes > 4 || at + 2 + lengthBytes > der.length) return undefined
  const length = lengthBytes === 0 ? first : der.readUIntBE(at + 2, lengthBytes)
  const start = at + 2 + lengthBytes
  return start + length > der.length ? undefined : { start, end: start + length }
}
