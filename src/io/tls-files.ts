import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Cancel, Clock } from '../base/clock.ts'
import { every } from '../base/clock.ts'
import { EverportError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { TlsIdentity } from '../base/tls-identity.ts'

/** PEM files that make up a server's identity. */
export interface TlsFiles {
  readonly certificateFile: string
  readonly keyFile: string
  readonly clientAuthoritiesFile?: string | undefined
}

export interface WatchedTls {
  current(): TlsIdentity
  stop: Cancel
}

/** Three small files are read so often; what a tool puts in their place is served that soon. */
const lookIntervalMs = 2_000

/** Rejects what is not whole: a file that cannot be read, a key of another certificate, a certificate that nobody can parse. */
export function readTlsFiles(files: TlsFiles): TlsIdentity {
  return checked(files, readTexts(files))
}

function readTexts({ certificateFile, keyFile, clientAuthoritiesFile }: TlsFiles): TlsIdentity {
  return {
    certificate: readPem(certificateFile),
    privateKey: readPem(keyFile),
    clientAuthorities: clientAuthoritiesFile === undefined ? undefined : readPem(clientAuthoritiesFile),
  }
}

function checked(files: TlsFiles, texts: TlsIdentity): TlsIdentity {
  const { certificate, privateKey, clientAuthorities } = texts
  const parsed = parse(files.certificateFile, () => new X509Certificate(certificate))
  const key = parse(files.keyFile, () => createPrivateKey(privateKey))
  if (!parsed.checkPrivateKey(key)) {
    throw new EverportError('file_error', `${files.keyFile} is not the key of ${files.certificateFile}`, {
      hint: 'the first certificate in the file must be the server’s own',
    })
  }
  if (clientAuthorities !== undefined) {
    parse(files.clientAuthoritiesFile ?? '', () => new X509Certificate(clientAuthorities))
  }
  return texts
}

/**
 * The identity in these files, now and whenever they change. Files that are not whole at the start are an error; later they are logged
 * and what was served before is served on. A certificate and its key are two files, and are seldom replaced in one step.
 */
export function watchTlsFiles(files: TlsFiles, clock: Clock, log: Log): WatchedTls {
  let identity = readTlsFiles(files)
  let complaint = ''
  const look = (): void => {
    try {
      const found = readTexts(files)
      if (isSame(found, identity)) return
      identity = checked(files, found)
      complaint = ''
      log.info('certificate changed', { certificateFile: files.certificateFile })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      if (message !== complaint)
        log.error('certificate not changed: the old one is still served', { message })
      complaint = message
    }
  }
  return { current: () => identity, stop: every(clock, lookIntervalMs, look) }
}

function isSame(a: TlsIdentity, b: TlsIdentity): boolean {
  return (
    a.certificate === b.certificate &&
    a.privateKey === b.privateKey &&
    a.clientAuthorities === b.clientAuthorities
  )
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    throw new EverportError('file_error', `cannot read ${path}${code === undefined ? '' : ` (${code})`}`, {
      cause: error,
    })
  }
}

function parse<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new EverportError('file_error', `${path} is not what was expected: PEM of a certificate or key`, {
      cause: error,
    })
  }
}
