import type { Properties } from './edit-properties.ts'

/** What a Denodo server behind a balancer must know of itself. */
export interface DenodoSettings {
  /** The balancer's DNS name: where the server sends clients for the auxiliary port (its RMI host). */
  readonly advertisedHost: string
  readonly runtime: number
  readonly auxiliary: number
  readonly odbc: number
  readonly web: number
  readonly shutdown?: number | undefined
  readonly tls?: DenodoTls | undefined
}

/** Paths on the server. */
export interface DenodoTls {
  readonly keyStore: string
  readonly keyStorePasswordFile: string
  readonly trustStore?: string | undefined
}

const server = 'com.denodo.vdb.vdbinterface.server.VDBManagerImpl'

/** Keys that every server's file has: without them it is another file, and nothing is written. */
export const expectedKeys = [
  `${server}.registryURL`,
  `${server}.registryPort`,
  `${server}.factoryPort`,
] as const

/** Key and value of each setting, as the 7.0 and 8.0 manuals name them. The key store's password is added where it can be read. */
export function denodoProperties(settings: DenodoSettings): Properties {
  const { advertisedHost, runtime, auxiliary, odbc, web, shutdown, tls } = settings
  return new Map([
    [`${server}.registryURL`, advertisedHost],
    [`${server}.registryPort`, String(runtime)],
    [`${server}.factoryPort`, String(auxiliary)],
    ...(shutdown === undefined ? [] : ([[`${server}.shutdownPort`, String(shutdown)]] as const)),
    [`${server}.odbcPort`, String(odbc)],
    ['com.denodo.tomcat.http.port', String(web)],
    ...(tls === undefined ? [] : tlsProperties(tls)),
  ])
}

export const keyStorePasswordKey = 'com.denodo.security.ssl.keyStorePassword'

function tlsProperties({ keyStore, trustStore }: DenodoTls): (readonly [string, string])[] {
  return [
    ['com.denodo.security.ssl.enabled', 'true'],
    ['com.denodo.security.ssl.keyStore', keyStore],
    ...(trustStore === undefined ? [] : ([['com.denodo.security.ssl.trustStore', trustStore]] as const)),
  ]
}

/** Below the folder where the server is installed. */
export const configurationFile = 'conf/vdp/VDBConfiguration.properties'
export const regenerateScript = 'bin/regenerateFiles.sh'
export const shutdownScript = 'bin/vqlserver_shutdown.sh'
export const startupScript = 'bin/vqlserver_startup.sh'
