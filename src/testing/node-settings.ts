import type { NodeProtocol } from '../resources/node-protocol.ts'
import type { NodeTls } from '../resources/node-tls.ts'

/** Ports without TLS, as most tests want them. */
export const plainPorts: NodeTls = {
  mode: 'off',
  files: undefined,
  names: ['localhost', '127.0.0.1'],
  clientAuthorityFile: undefined,
  clientCertificates: 'off',
  clientUsers: [],
}

export const protocolBounds: NodeProtocol = {
  messageMegabytesMax: 64,
  statementCharactersMax: 1_048_576,
  parametersMax: 65_535,
  statementsMax: 1_000,
  portalsMax: 100,
  loginTimeoutMs: 10_000,
  writeTimeoutMs: 60_000,
  keepAliveMs: 30_000,
}
