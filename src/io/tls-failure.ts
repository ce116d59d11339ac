import { ConnectError, type Endpoint } from '../base/network.ts'

/** OpenSSL says `…:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:…:SSL alert number 40`. */
export function tlsFailure(error: Error, to: Endpoint): ConnectError {
  const { code = '' } = error as NodeJS.ErrnoException
  if (code === 'ECONNRESET' || code === 'EPIPE') return new ConnectError('reset', to)
  const words = /^ERR_SSL_(?:(?:SSL|TLS)V[0-9]_)?(\w+)$/.exec(code)?.[1] ?? code
  return new ConnectError('tls', to, words.toLowerCase().replaceAll('_', ' '))
}
