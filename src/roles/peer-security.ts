import { readFileSync } from 'node:fs'
import { tlsFolder } from '../io/local-authority.ts'
import type { NodeConfig } from '../resources/node-config.ts'
import { type ChannelSecurity, clearText, tlsWith, tlsWithHolder } from '../sql/flight/channel-security.ts'

/**
 * How a node speaks to the runtime port of a peer, as the files are now. With certificates of the local authority the peer must show one for
 * its address. With the files of the topology all nodes have the same certificate, which need not be for their addresses: the peer must
 * show that very one.
 */
export function peerSecurity(
  stateDir: string,
  { tls }: Pick<NodeConfig, 'tls'>,
  address: string,
): ChannelSecurity {
  if (tls.flight !== true) return clearText
  if (tls.files === undefined) {
    return tlsWith({ ca: readFileSync(tlsFolder(stateDir).authorityFile, 'utf8') }, address)
  }
  return tlsWithHolder(firstCertificate(readFileSync(tls.files.certificateFile, 'utf8')))
}

function firstCertificate(pem: string): string {
  return /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/.exec(pem)?.[0] ?? pem
}
