import type { NodeProtocol } from '../resources/node-protocol.ts'
import type { NodeTls } from '../resources/node-tls.ts'
import { nodeDefaultsAlone } from '../topology/node-defaults.ts'

/** Ports without TLS, as most tests want them. */
export const plainPorts: NodeTls = {
  mode: 'off',
  files: undefined,
  names: ['localhost', '127.0.0.1'],
  clientAuthorityFile: undefined,
  clientCertificates: 'off',
  clientUsers: [],
}

export const protocolBounds: NodeProtocol = nodeDefaultsAlone.protocol
