import type { IncomingMessage, ServerResponse } from 'node:http'
import { loadService } from '../aws/protocols/load-service.ts'
import { newAccessKey, storedAccessKeys } from '../aws/server/access-key.ts'
import { apiServer } from '../aws/server/answer-request.ts'
import { pretendedStatus } from '../aws/server/pretended-data-planes.ts'
import { servedServices } from '../aws/server/served-services.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Endpoint, Network } from '../base/network.ts'
import type { Random } from '../base/random.ts'
import { systemWallMs } from '../io/clock.ts'
import { accessKeyKey } from '../resources/access-keys.ts'
import { bytesOf, sealKeyBytes } from '../resources/sealed-secret.ts'
import { memoryStore } from '../store/memory-store.ts'
import { type Change, type Store, storeLimits } from '../store/store.ts'
import { defaultNetwork } from '../topology/default-network.ts'
import { awsApi } from './aws-api.ts'
import type { RunningRole } from './context.ts'
import { jsonPage, servePages } from './pages.ts'
import { startTargetSweep } from './target-sweep.ts'

export interface EphemeralOptions {
  readonly at: Endpoint
  readonly accountId: string
  readonly region: string
  readonly allowsAnyCredentials: boolean
  readonly clock: Clock
  readonly random: Random
  readonly network: Network
  readonly log: Log
}

export interface RunningEphemeral extends RunningRole {
  readonly at: Endpoint
  /** An admin's; it outlives a reset. */
  readonly key: { readonly accessKeyId: string; readonly secret: string }
}

const resetPath = '/_everport/reset'

/** The AWS APIs over a store in memory and nothing else, for people who test tools that call them. */
export async function startEphemeral(options: EphemeralOptions): Promise<RunningEphemeral> {
  const { clock, random, network, log, accountId, region, allowsAnyCredentials } = options
  const store = memoryStore()
  const sealKey = bytesOf(random, sealKeyBytes)
  const made = newAccessKey(sealKey, random, { policy: 'admin', name: 'ephemeral', wallMs: systemWallMs() })
  const fresh = (): Change[] => [
    ...defaultNetwork(accountId, region),
    { key: accessKeyKey(made.document.AccessKeyId), value: made.document },
  ]
  await store.commit([], fresh())
  const pretend = async (): Promise<void> => {
    const changes = pretendedStatus(store.read(), new Date(systemWallMs()).toISOString())
    for (let at = 0; at < changes.length; at += storeLimits.changesMax)
      await store.commit([], changes.slice(at, at + storeLimits.changesMax))
  }
  const cancelWatch = store.watch(store.read().revision, (_, keys) => {
    for (const key of keys) if (!key.startsWith('status/')) return void pretend()
  })
  const answer = apiServer({
    store,
    clock,
    random,
    log,
    accountId,
    region,
    allowsAnyCredentials,
    wallMs: systemWallMs,
    dataPlanes: {
      isAlive: key => store.read().get(key) !== undefined,
      haveApplied: () => true,
      whenApplied: () => Promise.resolve(),
    },
    // Nothing is read here: there is no data plane.
    passwordFolder: '/',
    services: servedServices,
    loadModel: loadService,
    keys: storedAccessKeys(() => sealKey),
  })
  const api = awsApi(answer, clock)
  const pages = await servePages(
    network,
    options.at,
    `/health/live; POST ${resetPath}`,
    path => (path === '/health/live' ? jsonPage(200, { status: 'live' }) : undefined),
    (request, response) => {
      if (!isReset(request)) return api(request, response)
      void reset(store, fresh()).then(() => respond(response, { status: 'reset' }))
      return true
    },
  )
  const cancelSweep = startTargetSweep({ store, clock, log })
  const key = { accessKeyId: made.document.AccessKeyId, secret: made.secret }
  return {
    at: pages.at,
    key,
    async stop() {
      cancelSweep()
      cancelWatch()
      await pages.close()
    },
  }
}

/** A page in somebody's browser must not empty an account on loopback; it cannot leave this header out. */
function isReset({ method, url, headers }: IncomingMessage): boolean {
  return method === 'POST' && url === resetPath && headers.origin === undefined
}

async function reset(store: Store, fresh: readonly Change[]): Promise<void> {
  const kept = new Set(fresh.map(({ key }) => key))
  const gone = store
    .read()
    .list('')
    .filter(({ key }) => !kept.has(key))
    .map(({ key }): Change => ({ key, value: undefined }))
  const changes = [...fresh, ...gone]
  for (let at = 0; at < changes.length; at += storeLimits.changesMax)
    await store.commit([], changes.slice(at, at + storeLimits.changesMax))
}

function respond(response: ServerResponse, value: object): void {
  const { status, type, body } = jsonPage(200, value)
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
