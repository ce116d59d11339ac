/**
 * Under `acm/certificate/<id>`: a certificate that TLS listeners may name by its ARN. The private key is sealed (sealed-secret.ts) with the
 * document's own key as its place; only processes that hold the key of the state folder can open it.
 */
export interface CertificateDocument {
  readonly CertificateArn: string
  /** PEM. */
  readonly Certificate: string
  /** PEM, from the issuer on upwards. */
  readonly CertificateChain?: string
  readonly SealedPrivateKey: string
}

export const certificatePrefix = 'acm/certificate/'
/** The ARN ends with the id: `arn:aws:acm:REGION:ACCOUNT:certificate/ID`. */
export const certificateKey = (arn: string): string =>
  `${certificatePrefix}${arn.slice(arn.lastIndexOf('/') + 1)}`
