import type { HealthCheckConfig } from '@aws-sdk/client-route-53'
import type { ProbeKind, ProbeSpec } from '../../health/probe.ts'
import { healthCheckTags } from '../../resources/health-checks.ts'
import type { Attributes } from '../../resources/load-balancing.ts'
import { checkDefaults, checkRanges, numberOf, within } from './check-ranges.ts'

/**
 * What a health checker asks of an endpoint. Without an address the name is looked up before each probe; with one, the name is only
 * said: in the Host header and, over TLS, as server name indication.
 */
export function endpointProbe(config: HealthCheckConfig, tags: Attributes): ProbeSpec {
  const { Type = 'TCP', IPAddress: address = '', FullyQualifiedDomainName: name = '' } = config
  const tagged = numberOf(tags[healthCheckTags.timeoutMilliseconds])
  const limit = (otherwise: number): number => within(tagged, checkRanges.timeoutMilliseconds, otherwise)
  const portDefault = Type.startsWith('HTTPS') ? 443 : 80
  const port = within(config.Port, checkRanges.port, portDefault)
  const to = { to: { address, port }, ...(address === '' && name !== '' ? { hostName: name } : {}) }
  if (tags[healthCheckTags.probe] === 'sql')
    return { ...to, timeoutMs: limit(checkDefaults.sqlMs), ...sqlAsk(tags) }
  if (!Type.startsWith('HTTP'))
    return { ...to, timeoutMs: limit(checkDefaults.tcpConnectMs), protocol: 'tcp' }
  const { connectMs, answerMs, bodyMs } = checkDefaults
  const phases = { connectMs: limit(connectMs), answerMs: limit(answerMs), bodyMs: limit(bodyMs) }
  const timeoutMs = phases.connectMs + phases.answerMs + phases.bodyMs
  return { ...to, timeoutMs, phases, ...httpAsk(config, port === portDefault ? undefined : port) }
}

/** `port`: undefined when it is the usual one. AWS: the Host header is the name alone then, else `name:port`. */
function httpAsk(config: HealthCheckConfig, port: number | undefined): ProbeKind {
  const { Type = 'HTTP', IPAddress = '', FullyQualifiedDomainName: name = '' } = config
  const host = name === '' ? (IPAddress.includes(':') ? `[${IPAddress}]` : IPAddress) : name
  return {
    protocol: 'http',
    host: visible(port === undefined ? host : `${host}:${port}`),
    path: requestPath(config.ResourcePath ?? ''),
    matcher: [[200, 399]],
    wholeHead: true,
    ...(Type.startsWith('HTTPS')
      ? { tls: config.EnableSNI !== false && name !== '' ? { serverName: name } : {} }
      : {}),
    ...(Type.endsWith('_STR_MATCH') ? { search: config.SearchString ?? '' } : {}),
  }
}

function sqlAsk(tags: Attributes): ProbeKind {
  const expect = tags[healthCheckTags.sqlExpect]
  const user = tags[healthCheckTags.sqlUser] ?? ''
  const passwordFile = tags[healthCheckTags.sqlPasswordFile] ?? ''
  return {
    protocol: 'sql',
    user,
    ...(passwordFile === '' ? {} : { passwordFile }),
    database: tags[healthCheckTags.sqlDatabase] ?? user,
    query: tags[healthCheckTags.sqlQuery] ?? checkDefaults.sqlQuery,
    ...(expect === undefined ? {} : { expect }),
  }
}

/** AWS: a leading slash is added. Bytes that would end the request line are percent-encoded, as a browser would. */
function requestPath(path: string): string {
  const encoded = visible(path)
  return encoded.startsWith('/') ? encoded : `/${encoded}`
}

function visible(text: string): string {
  return [...Buffer.from(text)]
    .map(byte => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `%${hex(byte)}`))
    .join('')
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0')
}
