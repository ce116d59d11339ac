import type { Cancel } from '../base/clock.ts'
import { ensureServerCertificate } from '../io/local-authority.ts'
import { watchTlsFiles } from '../io/tls-files.ts'
import type { NodeConfig } from '../resources/node-config.ts'
import type { ServerTls } from '../sql/pgwire/secure-connection.ts'
import type { RoleContext } from './context.ts'

export interface NodeTlsService {
  /** Undefined: the node speaks clear text only. */
  readonly tls: ServerTls | undefined
  stop: Cancel
}

/**
 * Who the node is in TLS: by the files that the topology names, or by a certificate of the local authority, made when there is none that
 * fits. Read again whenever the files change. Rejects with 'file_error'.
 */
export async function startNodeTls(context: RoleContext, config: NodeConfig): Promise<NodeTlsService> {
  const { mode, files, names, clientAuthorityFile, clientCertificates, clientUsers } = config.tls
  if (mode === 'off') return { tls: undefined, stop: () => undefined }
  const { stateDir, clock, log } = context
  const own = files ?? (await ensureServerCertificate(stateDir, { name: config.name, names }, new Date()))
  const watched = watchTlsFiles({ ...own, clientAuthoritiesFile: clientAuthorityFile }, clock, log)
  const users = new Map(clientUsers.map(({ commonName, user }) => [commonName, user]))
  return {
    tls: { policy: { mode, clientCertificates, users }, identity: watched.current },
    stop: watched.stop,
  }
}
