import type { TopologyDraft } from './topology-rules.ts'
import type { TopologyFile } from './topology-schema.ts'
import type { Report } from './validate.ts'
import { quoted } from './yaml-source.ts'

/** On the PostgreSQL port; `checkEncryption` of its sessions decides by the same. */
function isClearTextRefused({
  mode,
  clientCertificates = 'off',
}: Pick<NonNullable<TopologyDraft['tls']>, 'mode' | 'clientCertificates'>): boolean {
  return mode === 'required' || clientCertificates !== 'off'
}

/** Whether the Flight ports speak TLS. */
export function isFlightTls(
  tls: Pick<TopologyFile['tls'], 'flight' | 'mode' | 'clientCertificates'>,
): boolean {
  return tls.flight === undefined ? isClearTextRefused(tls) : tls.flight === 'tls'
}

export function certificateHasItsKey({ tls }: TopologyDraft, report: Report): void {
  if (tls === undefined) return
  for (const [given, missing] of [
    ['certificate', 'key'],
    ['key', 'certificate'],
  ] as const) {
    if (tls[given] === undefined || tls[missing] !== undefined) continue
    report(['tls', given], {
      found: `${given} without ${missing}`,
      expected: 'both, or neither for a certificate of the local authority',
    })
  }
}

export function clientCertificatesHaveTheirAuthority({ tls }: TopologyDraft, report: Report): void {
  const rule = tls?.clientCertificates
  if (tls === undefined || rule === undefined || rule === 'off') return
  if (tls.mode === 'off') {
    report(['tls', 'clientCertificates'], {
      found: `${rule} with mode off`,
      expected: 'mode required or offered: certificates are shown in TLS',
    })
  } else if (tls.clientAuthority === undefined) {
    report(['tls', 'clientCertificates'], {
      found: `${rule} without clientAuthority`,
      expected: 'clientAuthority, the authority that the clients’ certificates are of',
    })
  }
}

/** The runtime port must not take in clear text what the PostgreSQL port takes encrypted only. */
export function flightSpeaksAsItMay({ tls }: TopologyDraft, report: Report): void {
  if (tls?.flight === 'tls' && tls.mode === 'off') {
    report(['tls', 'flight'], {
      found: 'tls with mode off',
      expected: 'plain, or mode offered or required',
    })
  }
  if (tls?.flight === 'plain' && isClearTextRefused(tls)) {
    const why = tls.mode === 'required' ? 'mode required' : `clientCertificates ${tls.clientCertificates}`
    report(['tls', 'flight'], {
      found: `plain with ${why}`,
      expected: 'tls, or leave it out: clear text is refused on every port',
    })
  }
}

export function certificateFilesExist(
  { tls }: TopologyDraft,
  report: Report,
  fileExists: (path: string) => boolean,
): void {
  for (const key of ['certificate', 'key', 'clientAuthority'] as const) {
    const path = tls?.[key]
    if (path === undefined || fileExists(path)) continue
    report(['tls', key], {
      found: `${quoted(path)}, which is no readable file`,
      expected: 'a PEM file, by its path from the folder of this file',
    })
  }
}
