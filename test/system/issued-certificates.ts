import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CertificateRequest, issueCertificate } from '../../src/io/issue-certificate.ts'
import type { CleansUp } from './everport.ts'

/** Options of `everport certificate import` that name its files. */
export type CertificateFiles = readonly ['--certificate', string, '--key', string]

export interface Issuer {
  /** PEM, for clients. */
  readonly authority: string
  issue(name: string): CertificateFiles
}

/** An authority of the test's own, whose certificates clients check in full. */
export function testIssuer(t: CleansUp): Issuer {
  const folder = mkdtempSync(join(tmpdir(), 'everport-issuer-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = { commonName: 'an authority', privateKey: own.privateKey }
  const dayMs = 86_400_000
  const request = (commonName: string, names: string[], publicKey: CertificateRequest['publicKey']) => ({
    commonName,
    names,
    publicKey,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + dayMs),
    serialNumber: Uint8Array.from(randomBytes(16)),
  })
  let issued = 0
  return {
    authority: issueCertificate(request(issuer.commonName, [], own.publicKey), issuer),
    issue(name) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const [certificateFile, keyFile] = ['crt', 'key'].map(kind => join(folder, `${issued}.${kind}`))
      issued++
      if (certificateFile === undefined || keyFile === undefined) throw new Error('two files')
      writeFileSync(certificateFile, issueCertificate(request(name, [name], publicKey), issuer))
      writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
      return ['--certificate', certificateFile, '--key', keyFile]
    },
  }
}
