import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EverportError } from '../base/errors.ts'
import { type BalancerStatus, balancerStatusKey, type ProcessStatus } from '../resources/status.ts'
import { balancerReport, failoverDocuments, snapshotOf } from '../testing/dns-documents.ts'
import { scenario } from './explain-scenario.ts'

const documents = {
  ...failoverDocuments(),
  [balancerStatusKey('active', 'a')]: balancerReport('active'),
  'route53/health-check/c1': { HealthCheck: { Id: 'c1' } },
}

async function supposing(...assumptions: string[]) {
  const snapshot = await snapshotOf(documents)
  const { apply, failedChecks } = scenario(snapshot, assumptions)
  const then = apply(snapshot)
  const stopped = then
    .list<ProcessStatus>('status/process/')
    .filter(({ value }) => value.state === 'stopped')
    .map(({ key }) => key.slice('status/process/'.length))
  const targets = then.get<BalancerStatus>(balancerStatusKey('active', 'a'))?.value.targets ?? []
  const dead = targets.filter(({ TargetHealth }) => TargetHealth.State === 'unhealthy')
  return { stopped, dead: [...new Set(dead.map(({ Target }) => Target.Id))], checks: [...failedChecks] }
}

test('a cluster is its balancers and its nodes; a balancer, a node, a health check by themselves', async () => {
  const cluster = await supposing('down=active')
  assert.deepEqual(cluster.stopped, ['balancer-active-a', 'balancer-active-b'])
  assert.deepEqual((await supposing('down=balancer-active-b')).stopped, ['balancer-active-b'])
  assert.deepEqual((await supposing('down=active/b')).stopped, ['balancer-active-b'])
  assert.deepEqual((await supposing('down=i-a')).dead, ['i-a'])
  assert.deepEqual((await supposing('down=c1')).checks, ['c1'])
})

test('several hold together', async () => {
  const both = await supposing('down=balancer-passive-a', 'down=c1')
  assert.deepEqual(both, { stopped: ['balancer-passive-a'], dead: [], checks: ['c1'] })
})

test('what is called otherwise is told what there is', async () => {
  await assert.rejects(supposing('up=active'), /expected down=WHAT/)
  await assert.rejects(supposing('down='), /expected down=WHAT/)
  await assert.rejects(
    supposing('down=actve'),
    (error: EverportError) => error.hint === '--if down=active' && /passive/.test(error.detail ?? ''),
  )
})
