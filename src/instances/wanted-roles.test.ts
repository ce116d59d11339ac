import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type InstanceDocument, instancePrefix } from '../resources/instances.ts'
import { type TopologySettings, topologySettingsKey } from '../resources/topology-settings.ts'
import type { Store } from '../store/store.ts'
import { exampleStore } from '../testing/status-world.ts'
import { wantedRoles } from './wanted-roles.ts'

/** Roles that a change of a document ends and starts again. */
async function restartedBy<T extends object>(key: string, change: (before: T) => T): Promise<string[]> {
  const store: Store = await exampleStore()
  const before = wantedRoles(store.read())
  const document = store.read().get<T>(key)?.value
  assert.ok(document)
  await store.commit([], [{ key, value: change(document) }])
  const after = wantedRoles(store.read())
  return before
    .filter(({ name, generation }) => after.find(role => role.name === name)?.generation !== generation)
    .map(({ name }) => name)
}

const restarted = (change: (settings: TopologySettings) => TopologySettings): Promise<string[]> =>
  restartedBy(topologySettingsKey, change)

test('a node that listens elsewhere from now on, or is to be rebooted, is started again', async () => {
  const [found] = (await exampleStore()).read().list<InstanceDocument>(instancePrefix)
  assert.ok(found)
  const { key, value } = found
  const data = (also: Partial<InstanceDocument['UserData']>): Promise<string[]> =>
    restartedBy<InstanceDocument>(key, before => ({ ...before, UserData: { ...before.UserData, ...also } }))
  const name = `node-${value.UserData.name}`
  assert.deepEqual(await data({}), [])
  assert.deepEqual(await data({ ports: { ...value.UserData.ports, odbc: 9995 } }), [name])
  assert.deepEqual(await data({ advertisedHost: 'elsewhere.test' }), [])
  const rebooted = await restartedBy<InstanceDocument>(key, before => ({ ...before, Reboots: 1 }))
  assert.deepEqual(rebooted, [name])
})

test('what listens elsewhere from now on is started again, and nothing else', async () => {
  assert.deepEqual(await restarted(settings => settings), [])
  assert.deepEqual(await restarted(settings => ({ ...settings, controlPort: 8401 })), ['control'])
  const dns = (also: Partial<TopologySettings['dns']>) =>
    restarted(settings => ({ ...settings, dns: { ...settings.dns, ...also } }))
  assert.deepEqual(await dns({ port: 5400 }), ['dns-1', 'dns-2'])
  assert.deepEqual(await dns({ metricsPort: 5401 + 1 }), ['dns-1', 'dns-2'])
  assert.deepEqual(await dns({ addresses: ['127.0.0.1', '127.0.0.3'] }), ['dns-2'])
  assert.deepEqual(await dns({ ttlSeconds: 7 }), [])
})
