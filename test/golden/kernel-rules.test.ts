import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { rulesFor } from '../../src/balancer/kernel/rules-for.ts'
import { transaction } from '../../src/balancer/kernel/transaction.ts'
import type { BalancerSnapshot } from '../../src/balancer/selection/balancer-snapshot.ts'
import { routing } from '../../src/balancer/selection/routing.ts'
import type { TargetState } from '../../src/balancer/selection/target-state.ts'
import { groupPart, listenerPart, snapshotPart, targetPart } from '../../src/testing/balancer-parts.ts'

// The text that nft is given, whole, but for the elements of slot maps. EVERPORT_REWRITE_GOLDEN=1 writes it anew.

const rewrites = process.env['EVERPORT_REWRITE_GOLDEN'] === '1'
const shownMax = 3

const nodes = [1, 2].map(i => targetPart(`n${i}`, { address: `10.77.2.2${i}`, port: 9996 }))
const web = nodes.map(node => ({ ...node, key: `web/${node.id}`, port: 9090 }))
const snapshot = snapshotPart(
  [
    listenerPart(9996, { allowed: { tcp: ['10.77.1.0/24'], udp: [] } }),
    listenerPart(9090, {
      protocol: 'TCP_UDP',
      idleTimeoutMs: 60_000,
      forward: [
        { targetGroup: 'web', weight: 9 },
        { targetGroup: 'tg', weight: 1 },
      ],
    }),
  ],
  [groupPart(nodes, { preservesClientIp: true }), groupPart(web, { name: 'web', isSticky: true })],
  { address: '10.77.1.100' },
)

const rules = (from: BalancerSnapshot, states: Record<string, TargetState['state']>) => {
  const keys = from.targetGroups.flatMap(group => group.targets.map(target => target.key))
  const made = rulesFor(
    routing(from, new Map(keys.map(key => [key, { state: states[key] ?? 'healthy' }]))),
    'everport-active-a-00000000',
  )
  assert.ok(made)
  return made
}

/** Three elements of a slot map say enough. */
function shortened(text: string): string {
  return text.replaceAll(
    /^((?:add|delete) element \S+ \S+ (?:slots|spares)_\S+ \{ )(.*)( \})$/gm,
    (...parts) => {
      const [, head = '', list = '', tail = ''] = parts as string[]
      const elements = list.split(', ')
      return `${head}${elements.slice(0, shownMax).join(', ')}, … ${elements.length} in all${tail}`
    },
  )
}

const all = rules(snapshot, {})
const texts = {
  'from-nothing': transaction(undefined, all),
  'one-target-unhealthy': transaction(all, rules(snapshot, { 'tg/n1': 'unhealthy' })),
  'listener-removed': transaction(all, rules({ ...snapshot, listeners: snapshot.listeners.slice(1) }, {})),
}

for (const [name, text] of Object.entries(texts)) {
  test(`rules ${name}`, () => {
    const path = new URL(`./kernel-rules/${name}.nft`, import.meta.url).pathname
    if (rewrites) writeFileSync(path, shortened(text))
    assert.ok(existsSync(path))
    assert.equal(shortened(text), readFileSync(path, 'utf8'))
  })
}
