import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import type { Listener } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { sdkCalls } from '../../src/cli/sdk-calls.ts'
import { systemClock } from '../../src/io/clock.ts'
import { type Call, isRead } from '../../src/provision/calls.ts'
import { examine } from '../../src/provision/doctor/examine.ts'
import { observe } from '../../src/provision/doctor/observe.ts'
import { planCalls } from '../../src/provision/plan-calls.ts'
import { apply, destroy } from '../../src/provision/provision.ts'
import { nothingFound, type Provisioning } from '../../src/provision/provisioning.ts'
import { instancesOf } from '../../src/provision/steps/instances.ts'
import type { RecordSetDocument } from '../../src/resources/dns.ts'
import type {
  ListenerDocument,
  TargetDocument,
  TargetGroupDocument,
} from '../../src/resources/load-balancing.ts'
import { wantedIn } from '../../src/testing/wanted-topology.ts'
import { desiredState } from '../../src/topology/desired-state.ts'

const example = readFileSync('examples/active-passive.yaml', 'utf8')
const wanted = wantedIn(example)
const callsInAll = 50

interface Account {
  readonly call: Call
  reset(): Promise<void>
}

/** The AWS APIs of an Everport with its state in memory. */
async function account(t: TestContext): Promise<Account> {
  const child = spawn(
    process.execPath,
    ['dist/main.js', 'control', '--ephemeral', '--port', '0', '--allow-any-credentials'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.on('exit', () => reject(new Error(`it does not start: ${output}`)))
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output)
      if (found !== null) resolve(found[0])
    })
  })
  process.env['AWS_ACCESS_KEY_ID'] = 'anybody'
  process.env['AWS_SECRET_ACCESS_KEY'] = 'nothing'
  const call = sdkCalls({ region: 'us-east-1', url, profile: undefined })
  t.after(() => call.close())
  return {
    call,
    async reset() {
      const { ok } = await fetch(`${url}/_everport/reset`, { method: 'POST' })
      assert.ok(ok)
    },
  }
}

function provisioning(call: Call, isPlan = false, ofWhat = wanted): Provisioning {
  return {
    call,
    wanted: ofWhat,
    clock: systemClock,
    wallMs: Date.now,
    provider: 'everport',
    passwordFolder: '/srv/secrets',
    catalogFile: '/srv/catalog.sql',
    isPlan,
    found: nothingFound(),
  }
}

/** Counts mutating calls; the one with number `cutAt` is made, and its answer lost. */
function counted(call: Call, cutAt = 0): { call: Call; count(): number } {
  let count = 0
  return {
    count: () => count,
    call: async (service, operation, input) => {
      const answer = await call(service, operation, input)
      if (!isRead(operation) && ++count === cutAt) throw new Error('cut')
      return answer
    },
  }
}

/** All is there once, as the topology says, and nothing is missing. */
async function assertWhole({ call }: Account): Promise<void> {
  assert.deepEqual(
    examine(wanted, await observe(call, wanted)).map(({ what }) => what),
    [],
  )
  const planned: string[] = []
  await apply(
    provisioning(
      planCalls(call, ({ operation }) => planned.push(operation)),
      true,
    ),
  )
  assert.deepEqual(planned, [])
  const alive = (await instancesOf({ call, wanted })).filter(({ State }) => State?.Name === 'running')
  assert.equal(alive.length, 4)
  const { TargetGroups = [] } = await call('elbv2', 'DescribeTargetGroups', {})
  const { LoadBalancers = [] } = await call('elbv2', 'DescribeLoadBalancers', {})
  const { HostedZones = [] } = await call('route53', 'ListHostedZonesByName', {})
  assert.deepEqual([TargetGroups.length, LoadBalancers.length, HostedZones.length], [10, 2, 1])
}

test('apply makes what is missing, and a second one makes no call; destroy leaves nothing', async t => {
  const there = await account(t)
  const first = counted(there.call)
  await apply(provisioning(first.call))
  assert.equal(first.count(), callsInAll)
  const second = counted(there.call)
  await apply(provisioning(second.call))
  assert.equal(second.count(), 0)
  await assertWhole(there)

  await destroy(provisioning(there.call))
  const left = counted(there.call)
  await destroy(provisioning(left.call))
  assert.equal(left.count(), 0)
  const { TargetGroups = [] } = await there.call('elbv2', 'DescribeTargetGroups', {})
  assert.deepEqual(TargetGroups, [])
})

test('destroy takes nothing of another topology, not even the records of a name that both have', async t => {
  const there = await account(t)
  await apply(provisioning(there.call, false, wantedIn(example.replace('name: demo', 'name: demo2'))))
  const calls = counted(there.call)
  await destroy(provisioning(calls.call))
  assert.equal(calls.count(), 0)
  const { HostedZones = [] } = await there.call('route53', 'ListHostedZonesByName', {})
  const { ResourceRecordSets = [] } = await there.call('route53', 'ListResourceRecordSets', {
    HostedZoneId: HostedZones[0]?.Id,
    StartRecordName: wanted.dns.name,
    StartRecordType: 'A',
  })
  assert.deepEqual(
    ResourceRecordSets.filter(({ Name }) => Name === wanted.dns.name).map(({ Failover }) => Failover),
    ['PRIMARY', 'SECONDARY'],
  )
})

test('cut at any call, the next run goes on from there: EVERPORT_CUTS=all for every one', async t => {
  const there = await account(t)
  const step = process.env['EVERPORT_CUTS'] === 'all' ? 1 : 7
  for (let cutAt = 1; cutAt <= callsInAll; cutAt += step) {
    await there.reset()
    await assert.rejects(apply(provisioning(counted(there.call, cutAt).call)), /cut/)
    await apply(provisioning(there.call))
    await assertWhole(there)
  }
})

test('what somebody changed by hand is found by the doctor and mended by apply', async t => {
  const there = await account(t)
  await apply(provisioning(there.call))
  const { TargetGroups = [] } = await there.call('elbv2', 'DescribeTargetGroups', {
    Names: ['active-aux-19997', 'active-odbc'],
  })
  const arnOf = (name: string): string | undefined =>
    TargetGroups.find(({ TargetGroupName }) => TargetGroupName === name)?.TargetGroupArn
  const { TargetHealthDescriptions = [] } = await there.call('elbv2', 'DescribeTargetHealth', {
    TargetGroupArn: arnOf('active-odbc'),
  })
  const targets = TargetHealthDescriptions.map(({ Target }) => ({ Id: Target?.Id, Port: 19_997 }))
  await there.call('elbv2', 'RegisterTargets', {
    TargetGroupArn: arnOf('active-aux-19997'),
    Targets: targets,
  })
  const findings = examine(wanted, await observe(there.call, wanted))
  assert.match(findings.map(({ what }) => what).join(), /active-aux-19997 holds 2 nodes/)
  await apply(provisioning(there.call))
  await assertWhole(there)
})

test('a check by SQL is told where its password is, and when there is none any more', async t => {
  const there = await account(t)
  const passwordFile = async (sql: string): Promise<string | undefined> => {
    const asked = wantedIn(`${example}\nhealthCheck: { protocol: sql, sql: { ${sql} } }\n`)
    await apply({ ...provisioning(there.call), wanted: asked })
    const { TargetGroups = [] } = await there.call('elbv2', 'DescribeTargetGroups', {
      Names: ['active-odbc'],
    })
    const { Attributes = [] } = await there.call('elbv2', 'DescribeTargetGroupAttributes', {
      TargetGroupArn: TargetGroups[0]?.TargetGroupArn,
    })
    return Attributes.find(({ Key }) => Key === 'everport.health_check.sql.password_file')?.Value
  }
  assert.equal(
    await passwordFile('user: checker, passwordFile: checker.password'),
    '/srv/secrets/checker.password',
  )
  assert.equal(await passwordFile('user: checker'), '')
})

const byText = (a: string, b: string): number => (a < b ? -1 : 1)

test('an Everport that runs a topology and one that it is applied to have the same groups, checks, listeners and failover', async t => {
  const there = await account(t)
  const asked = wantedIn(
    `${example}\nhealthCheck: { protocol: sql, sql: { user: checker, passwordFile: checker } }\n`,
  )
  const given = provisioning(there.call)
  await apply({ ...given, wanted: asked })
  const { topology } = asked
  const facts = { folder: '/srv', catalogFile: given.catalogFile, passwordFolder: given.passwordFolder }
  const documents = new Map(desiredState(topology, facts).map(({ key, value }) => [key, value]))
  const stored = <T>(prefix: string): T[] =>
    [...documents].flatMap(([key, value]) => (key.startsWith(prefix) ? [value as T] : []))

  const { TargetGroups = [] } = await there.call('elbv2', 'DescribeTargetGroups', {})
  const groups = stored<TargetGroupDocument>('elbv2/target-group/')
  assert.equal(groups.length, TargetGroups.length)
  const names = new Map(TargetGroups.map(group => [group.TargetGroupArn, group.TargetGroupName]))
  for (const { TargetGroup, Attributes } of groups) {
    const made = TargetGroups.find(({ TargetGroupName }) => TargetGroupName === TargetGroup.TargetGroupName)
    const { TargetGroupArn, LoadBalancerArns: _, VpcId: __, ...rest } = TargetGroup
    const shown = Object.fromEntries(Object.keys(rest).map(key => [key, made?.[key as keyof typeof made]]))
    assert.deepEqual(shown, rest)
    const answer = await there.call('elbv2', 'DescribeTargetGroupAttributes', {
      TargetGroupArn: made?.TargetGroupArn,
    })
    assert.deepEqual(
      Object.fromEntries((answer.Attributes ?? []).map(({ Key, Value }) => [Key, Value])),
      Attributes,
      TargetGroup.TargetGroupName,
    )
    const { TargetHealthDescriptions = [] } = await there.call('elbv2', 'DescribeTargetHealth', {
      TargetGroupArn: made?.TargetGroupArn,
    })
    const targets = stored<TargetDocument>(`elbv2/target/${TargetGroup.TargetGroupName}/`)
    assert.deepEqual(
      TargetHealthDescriptions.map(({ Target }) => Target?.Port),
      targets.map(({ Target }) => Target.Port),
    )
    names.set(TargetGroupArn, TargetGroup.TargetGroupName)
  }

  const { LoadBalancers = [] } = await there.call('elbv2', 'DescribeLoadBalancers', {})
  for (const { LoadBalancerArn, LoadBalancerName } of LoadBalancers) {
    const { Listeners = [] } = await there.call('elbv2', 'DescribeListeners', { LoadBalancerArn })
    const shownOf = (listeners: readonly Listener[]) =>
      listeners
        .map(({ Port, Protocol, DefaultActions }) => {
          const [action] = DefaultActions ?? []
          return `${Port} ${Protocol} ${names.get(action?.TargetGroupArn ?? '')}`
        })
        .sort(byText)
    const own = stored<ListenerDocument>(`elbv2/listener/${LoadBalancerName}/`).map(
      ({ Listener }) => Listener,
    )
    assert.ok(own.length > 0)
    assert.deepEqual(shownOf(Listeners), shownOf(own as never))
  }

  const { HostedZones = [] } = await there.call('route53', 'ListHostedZonesByName', {})
  const { ResourceRecordSets = [] } = await there.call('route53', 'ListResourceRecordSets', {
    HostedZoneId: HostedZones[0]?.Id,
  })
  const failover = (sets: readonly ResourceRecordSet[]) =>
    sets
      .filter(({ Name }) => Name === `${topology.failoverName}.`)
      .map(({ Type, Failover, AliasTarget }) => [Type, Failover, AliasTarget?.EvaluateTargetHealth].join(' '))
      .sort(byText)
  const own = stored<RecordSetDocument>('route53/zone/').flatMap(({ ResourceRecordSet: set }) => set ?? [])
  assert.deepEqual(failover(ResourceRecordSets), failover(own))
  assert.equal(failover(own).length, 2)
})
