import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  X509Certificate,
} from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EverportError } from '../base/errors.ts'
import { placeOnce, readIfThere, writePrivate } from './private-files.ts'

/** Where the files of TLS are in a state folder. */
export interface TlsFolder {
  readonly path: string
  /** What clients are given to trust, in PEM. */
  readonly authorityFile: string
  readonly authorityKeyFile: string
}

export interface CertificateFiles {
  readonly certificateFile: string
  readonly keyFile: string
}

const authorityName = 'Everport local authority'
const dayMs = 86_400_000
const authorityDays = 3_650
/** Apple's systems trust no server certificate that lives longer. */
const certificateDays = 825
/** A certificate is made anew when it has less left. */
const renewDays = 60
/** Clocks of other machines may be behind ours. */
const skewMs = 3_600_000

export function tlsFolder(stateDir: string): TlsFolder {
  const path = join(stateDir, 'tls')
  return { path, authorityFile: join(path, 'ca.crt'), authorityKeyFile: join(path, 'ca.key') }
}

/**
 * The authority of one installation: made when there is none, with a key that only its owner can read. Of two processes that make it at
 * once both get the same. `now`: wall time.
 */
export async function ensureLocalAuthority(stateDir: string, now: Date): Promise<TlsFolder> {
  const folder = tlsFolder(stateDir)
  mkdirSync(folder.path, { recursive: true, mode: 0o700 })
  if (readIfThere(folder.authorityKeyFile) === undefined) placeOnce(folder.authorityKeyFile, newKeyText())
  if (readIfThere(folder.authorityFile) !== undefined) return folder
  const privateKey = readKey(folder.authorityKeyFile)
  const { issueCertificate } = await import('./issue-certificate.ts')
  const text = issueCertificate(
    {
      commonName: authorityName,
      names: [],
      publicKey: createPublicKey(privateKey),
      ...validity(now, authorityDays),
      serialNumber: randomBytes(16),
    },
    { commonName: authorityName, privateKey },
  )
  placeOnce(folder.authorityFile, text)
  return folder
}

/**
 * A certificate of the local authority for a server that clients know by `names` (DNS names and addresses). What is there already is
 * kept while it is for these names and has some time left.
 */
export async function ensureServerCertificate(
  stateDir: string,
  server: { readonly name: string; readonly names: readonly string[] },
  now: Date,
): Promise<CertificateFiles> {
  const folder = await ensureLocalAuthority(stateDir, now)
  const files = {
    certificateFile: join(folder.path, `${server.name}.crt`),
    keyFile: join(folder.path, `${server.name}.key`),
  }
  if (isCurrent(files, folder, server.names, now)) return files
  const keyText = newKeyText()
  const { issueCertificate } = await import('./issue-certificate.ts')
  const text = issueCertificate(
    {
      commonName: server.name,
      names: server.names,
      publicKey: createPublicKey(keyText),
      ...validity(now, certificateDays),
      serialNumber: randomBytes(16),
    },
    { commonName: authorityName, privateKey: readKey(folder.authorityKeyFile) },
  )
  writePrivate(files.keyFile, keyText)
  writePrivate(files.certificateFile, text)
  return files
}

function isCurrent(files: CertificateFiles, folder: TlsFolder, names: readonly string[], now: Date): boolean {
  const [text, keyText] = [readIfThere(files.certificateFile), readIfThere(files.keyFile)]
  if (text === undefined || keyText === undefined) return false
  try {
    const certificate = new X509Certificate(text)
    const authority = new X509Certificate(readFileSync(folder.authorityFile))
    return (
      certificate.checkPrivateKey(createPrivateKey(keyText)) &&
      certificate.verify(authority.publicKey) &&
      Date.parse(certificate.validTo) - now.getTime() > renewDays * dayMs &&
      sameNames(certificate.subjectAltName ?? '', names)
    )
  } catch {
    return false
  }
}

/** As OpenSSL prints them: `DNS:localhost, IP Address:127.0.0.1`. */
function sameNames(printed: string, names: readonly string[]): boolean {
  const found = printed.split(', ').map(one => one.replace(/^(?:DNS|IP Address):/, ''))
  const wanted = names.map(name => (name === '::1' ? '0:0:0:0:0:0:0:1' : name))
  return [...found].sort().join() === [...wanted].sort().join()
}

function validity(now: Date, days: number): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: new Date(now.getTime() - skewMs),
    notAfter: new Date(now.getTime() + days * dayMs),
  }
}

function newKeyText(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function readKey(path: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(path))
  } catch (error) {
    throw new EverportError('file_error', `cannot read the key ${path}`, {
      hint: 'bring back a copy of it, or remove the folder that it is in: a new authority is made, which clients must be told to trust',
      cause: error,
    })
  }
}
