import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProbeResult } from '../../health/probe.ts'
import { statusSentence } from './status-sentence.ts'

const ok = { status: 200, phrase: 'OK' }
const base = { latencyMs: 3, evidence: 'what was seen' }
const failed = { ...base, passed: false } as const

const rows: [ProbeResult, RegExp | string][] = [
  [{ ...base, passed: true, http: ok }, 'Success: HTTP Status Code 200, OK'],
  [
    { ...base, passed: true, http: ok, resolved: '192.0.2.1' },
    'Success: HTTP Status Code: 200. Resolved IP: 192.0.2.1. OK',
  ],
  [{ ...base, passed: true, http: { status: 204, phrase: '' } }, 'Success: HTTP Status Code 204'],
  [{ ...base, passed: true }, 'Success: What was seen.'],
  [
    { ...failed, reason: 'timeout', stage: 'connect' },
    'Failure: Connection timed out. The endpoint or the internet connection is down, or requests are being blocked by your firewall. See https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-router-firewall-rules.html',
  ],
  [
    { ...failed, reason: 'timeout', stage: 'answer' },
    /^Failure: .* did not respond within the timeout limit\.$/,
  ],
  [{ ...failed, reason: 'timeout', stage: 'body' }, /^Failure: .* response body did not come within/],
  [{ ...failed, reason: 'refused' }, /^Failure: Connection refused\./],
  [
    { ...failed, reason: 'status', http: { status: 503, phrase: 'Service Unavailable' } },
    'Failure: HTTP Status Code 503, Service Unavailable',
  ],
  [
    { ...failed, reason: 'content', http: ok },
    'Failure: HTTP Status Code 200, OK. The response body does not hold the search string.',
  ],
  [{ ...failed, reason: 'content' }, 'Failure: What was seen.'],
  [
    { ...failed, reason: 'name', evidence: 'x.example has no IPv4 address' },
    'Failure: DNS resolution failed: x.example has no IPv4 address.',
  ],
  [
    { ...failed, reason: 'tls', evidence: 'no TLS session: alert handshake failure' },
    'Failure: SSL alert handshake_failure',
  ],
  [
    { ...failed, reason: 'tls', evidence: 'no TLS session: wrong version number' },
    /^Failure: SSL error: .*wrong version number$/,
  ],
  [{ ...failed, reason: 'reset' }, /^Failure: Connection reset/],
  [{ ...failed, reason: 'unreachable' }, /^Failure: No route/],
  [{ ...failed, reason: 'protocol' }, 'Failure: What was seen.'],
  [{ ...failed, reason: 'sql' }, 'Failure: What was seen.'],
  [{ ...failed, reason: 'password' }, 'Failure: What was seen.'],
]
for (const [result, sentence] of rows) {
  test(`${result.passed ? 'passed' : result.reason}: ${String(sentence).slice(0, 60)}`, () => {
    const found = statusSentence(result)
    if (typeof sentence === 'string') assert.equal(found, sentence)
    else assert.match(found, sentence)
  })
}
