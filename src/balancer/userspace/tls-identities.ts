import { createPrivateKey, X509Certificate } from 'node:crypto'
import { EverportError } from '../../base/errors.ts'
import type { TlsIdentity } from '../../base/tls-identity.ts'
import type { CertificateSnapshot, TlsSnapshot } from '../selection/tls-snapshot.ts'

/** The private key that was sealed for a place, in PEM; undefined when this process cannot open it. */
export type OpenPrivateKey = (place: string, sealed: string) => string | undefined

/** Listeners' certificates with their keys. Those that stay the same stay the same object: a session's context is dear to make. */
export class TlsIdentities {
  readonly #open: OpenPrivateKey
  readonly #known = new Map<string, TlsIdentity>()

  constructor(open: OpenPrivateKey) {
    this.#open = open
  }

  /** What the listener shows, or why it has nothing to show. */
  of(tls: TlsSnapshot): TlsIdentity | EverportError {
    const name = JSON.stringify(tls)
    const found = this.#known.get(name) ?? this.#make(tls)
    // What is missing now may be there the next time.
    if (!(found instanceof EverportError)) this.#known.set(name, found)
    return found
  }

  /** Forgets what no listener shows any more. */
  keep(inUse: readonly TlsSnapshot[]): void {
    const names = new Set(inUse.map(tls => JSON.stringify(tls)))
    for (const name of this.#known.keys()) if (!names.has(name)) this.#known.delete(name)
  }

  #make({ certificates, missing, versionMin, versionMax }: TlsSnapshot): TlsIdentity | EverportError {
    if (missing.length > 0)
      return new EverportError('not_found', `there is no certificate ${missing.join(', ')}`, {
        hint: 'import it, or take it off the listener',
      })
    try {
      const [own, ...others] = certificates.map(certificate => this.#pair(certificate))
      if (own === undefined)
        return new EverportError('invalid_input', 'a TLS listener needs a certificate', {
          hint: 'give the listener one',
        })
      const versions = { min: versionMin, max: versionMax }
      return { ...own, clientAuthorities: undefined, others, versions }
    } catch (error) {
      if (error instanceof EverportError) return error
      throw error
    }
  }

  /** A listener opens only with what works: one that breaks every handshake would look open. */
  #pair({
    arn,
    place,
    chain,
    sealedKey,
  }: CertificateSnapshot): Pick<TlsIdentity, 'certificate' | 'privateKey'> {
    const privateKey = this.#open(place, sealedKey)
    if (privateKey === undefined)
      throw new EverportError('state_error', `the private key of ${arn} cannot be opened here`, {
        hint: 'it was sealed with the key of another state folder: import the certificate again',
      })
    if (!fits(chain, privateKey))
      throw new EverportError(
        'invalid_input',
        `the certificate ${arn} and its private key do not belong together`,
        {
          hint: 'import both again, in PEM',
        },
      )
    return { certificate: chain, privateKey }
  }
}

function fits(certificate: string, privateKey: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey))
  } catch {
    return false
  }
}
