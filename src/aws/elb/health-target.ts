import { refuse } from './refusal.ts'

export interface HealthTarget {
  readonly protocol: 'TCP' | 'HTTP' | 'HTTPS'
  readonly port: number
  /** Of HTTP and HTTPS. */
  readonly path?: string
}

/** `TCP:8080`, `HTTP:80/health` or `HTTPS:443/health` (Classic API, HealthCheck). */
export function parseHealthTarget(text: string): HealthTarget {
  const [, protocol = '', digits = '', path = ''] =
    /^([A-Za-z]+):([1-9]\d{0,4})(\/[\x21-\x7e]*)?$/.exec(text) ?? []
  const port = Number(digits)
  if (protocol === '' || port > 65_535)
    throw refuse(
      'ValidationError',
      `HealthCheck Target '${text}' must be a protocol, a port of '1-65535' and, for HTTP and HTTPS, a path: 'TCP:8080', 'HTTP:80/'`,
    )
  switch (protocol.toUpperCase()) {
    case 'TCP':
      if (path !== '')
        throw refuse(
          'ValidationError',
          `HealthCheck Target '${text}' cannot have a path: its protocol is TCP`,
        )
      return { protocol: 'TCP', port }
    case 'HTTP':
    case 'HTTPS':
      if (path === '')
        throw refuse('ValidationError', `HealthCheck Target '${text}' must have a path: '${text}/'`)
      if (path.length > 1_024)
        throw refuse('ValidationError', 'The path of a HealthCheck Target has up to 1024 characters')
      return { protocol: protocol.toUpperCase() === 'HTTP' ? 'HTTP' : 'HTTPS', port, path }
    case 'SSL':
      throw refuse(
        'InvalidConfigurationRequest',
        `HealthCheck Target '${text}' is not served here: check by TCP, or by HTTPS with a path`,
      )
    default:
      throw refuse(
        'ValidationError',
        `HealthCheck Target protocol '${protocol}' must be one of 'HTTP, HTTPS, TCP'`,
      )
  }
}
