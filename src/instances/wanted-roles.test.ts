import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TopologySettings, topologySettingsKey } from '../resources/topology-settings.ts'
import type { Store } from '../store/store.ts'
import { exampleStore } from '../testing/status-world.ts'
import { wantedRoles } from './wanted-roles.ts'

/** Roles that a change of the settings ends and starts again. */
async function restarted(change: (settings: TopologySettings) => TopologySettings): Promise<string[]> {
  const store: Store = await exampleStore()
  const before = wantedRoles(store.read())
  const settings = store.read().get<TopologySettings>(topologySettingsKey)?.value
  assert.ok(settings)
  await store.commit([], [{ key: topologySettingsKey, value: change(settings) }])
  const after = wantedRoles(store.read())
  return before
    .filter(({ name, generation }) => after.find(role => role.name === name)?.generation !== generation)
    .map(({ name }) => name)
}

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
