import type { ProbeFailure, ProbeResult } from '../../health/probe.ts'

const firewallRules =
  'https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-router-firewall-rules.html'

const timedOut = `Connection timed out. The endpoint or the internet connection is down, or requests are being blocked by your firewall. See ${firewallRules}`

/** What GetHealthCheckStatus says of a probe. Those of answers and of time-outs in connecting are Route 53's words, the others like them. */
export function statusSentence(result: ProbeResult): string {
  if (result.passed) return `Success: ${answered(result) ?? `${capital(result.evidence)}.`}`
  return `Failure: ${failed(result.reason, result)}`
}

function failed(reason: ProbeFailure, result: ProbeResult & { readonly passed: false }): string {
  switch (reason) {
    case 'timeout':
      if (result.stage === 'connect') return timedOut
      return result.stage === 'body'
        ? 'The endpoint sent an HTTP status code, but the response body did not come within the timeout limit.'
        : 'The health checker established a connection, but the endpoint did not respond within the timeout limit.'
    case 'refused':
      return 'Connection refused. The endpoint does not listen on this port.'
    case 'reset':
      return 'Connection reset by the endpoint.'
    case 'unreachable':
      return 'No route to the endpoint.'
    case 'name':
      return `DNS resolution failed: ${result.evidence}.`
    case 'tls':
      return `SSL ${/alert/.test(result.evidence) ? alertOf(result.evidence) : `error: ${result.evidence}`}`
    case 'status':
      return answered(result) ?? result.evidence
    case 'content':
      return result.http === undefined
        ? `${capital(result.evidence)}.`
        : `${answered(result)}. The response body does not hold the search string.`
    case 'protocol':
    case 'sql':
    case 'password':
      return `${capital(result.evidence)}.`
  }
}

function answered({ http, resolved }: ProbeResult): string | undefined {
  if (http === undefined) return undefined
  const { status, phrase } = http
  if (resolved !== undefined) return `HTTP Status Code: ${status}. Resolved IP: ${resolved}. ${phrase}`.trim()
  return phrase === '' ? `HTTP Status Code ${status}` : `HTTP Status Code ${status}, ${phrase}`
}

/** `alert handshake_failure` of `no TLS session: alert handshake failure`. */
function alertOf(evidence: string): string {
  const words = evidence.slice(evidence.indexOf('alert') + 'alert '.length)
  return `alert ${words.replaceAll(' ', '_')}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
