import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Log, silentLog } from '../base/log.ts'
import { systemClock } from '../io/clock.ts'
import { systemNetwork } from '../io/network.ts'
import { systemRandom } from '../io/random.ts'
import { roleKey } from '../resources/access.ts'
import { type InstanceDocument, instanceKey } from '../resources/instances.ts'
import type { NodeConfig, NodeLimits } from '../resources/node-config.ts'
import { nodeRoleName } from '../resources/roles.ts'
import type { RoleContext } from '../roles/context.ts'
import { createVerifier } from '../sql/auth/scram-verifier.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { Store } from '../store/store.ts'
import { plainPorts, protocolBounds } from './node-settings.ts'

export interface NodeBench {
  readonly folder: string
  readonly store: Store
  readonly context: RoleContext
  readonly config: NodeConfig
  /** Writes a catalog file, and says where. */
  writeCatalog(name: string, text: string): string
  putInstance(config: NodeConfig): Promise<void>
  putUser(name: string, password: string): Promise<void>
  remove(): void
}

export const instanceId = 'i-0000000000000001'

/** What a node needs around it: a store with its instance and a user `app` with the password `secret`, a folder, a catalog of views. */
export async function nodeBench(
  options: { catalog?: string; address?: string; limits?: Partial<NodeLimits>; log?: Log } = {},
): Promise<NodeBench> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-node-'))
  const store = memoryStore()
  const address = options.address ?? '127.0.0.1'
  const writeCatalog = (name: string, text: string): string => {
    const file = join(folder, name)
    writeFileSync(file, text)
    return file
  }
  const config: NodeConfig = {
    name: 'active-a-1',
    cluster: 'active',
    availabilityZone: 'a',
    address,
    ports: { runtime: 0, auxiliary: 0, odbc: 0, web: 0 },
    advertisedHost: 'active.elb.demo.test',
    database: 'demo',
    catalogFile: writeCatalog(
      'catalog.sql',
      options.catalog ?? "CREATE VIEW hello AS SELECT 'hello' AS word;",
    ),
    limits: { connectionsMax: 50, memoryLimitMegabytes: 256, drainTimeoutMs: 2_000, ...options.limits },
    tls: plainPorts,
    protocol: protocolBounds,
  }
  const bench: NodeBench = {
    folder,
    store,
    config,
    writeCatalog,
    context: {
      roleName: nodeRoleName(config.name),
      stateDir: folder,
      store,
      clock: systemClock,
      random: systemRandom(),
      network: systemNetwork,
      log: options.log ?? silentLog,
    },
    async putInstance(UserData) {
      const document: InstanceDocument = {
        Instance: { InstanceId: instanceId, PrivateIpAddress: address, Placement: { AvailabilityZone: 'a' } },
        DesiredState: 'running',
        UserData,
      }
      await store.commit([], [{ key: instanceKey(instanceId), value: document }])
    },
    async putUser(name, password) {
      const verifier = createVerifier(password, Buffer.from('salt of the tests'), 4_096)
      await store.commit([], [{ key: roleKey(name), value: { name, verifier } }])
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
  await bench.putInstance(config)
  await bench.putUser('app', 'secret')
  return bench
}
