import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Everport, isRunning, startEverport } from './everport.ts'

const active = ['127.0.1.1', '127.0.1.2']
const passive = ['127.0.2.1', '127.0.2.2']
/** For a change of what is answered. */
const answerMs = 5_000
const balancers = ['a', 'b'].map(zone => `balancer-active-${zone}`)

test('two DNS servers serve and agree: killed, ordered, restarted, and with everything else dead', {
  timeout: 180_000,
}, async t => {
  const everport = await startEverport(t)
  const { name } = everport.client
  const [first, second] = everport.client.dns
  assert.ok(first !== undefined && second !== undefined)
  await t.test('both answer, and both are name servers of the zone', async () => {
    await everport.answered(active, answerMs)
    for (const server of [first, second]) {
      assert.deepEqual(await everport.dns('ns1.demo.test', [server]), ['127.0.0.1'])
      assert.deepEqual(await everport.dns('ns2.demo.test', [server]), ['127.0.0.2'])
    }
  })

  await t.test('one is killed and kept down: names are found, SQL works, the other counts', async () => {
    await command(everport, 'stop', 'dns-1', '--kill')
    await everport.until('it is down', ({ dns }) => dns[0]?.state === 'stopped', 5_000)
    await assert.rejects(everport.dns(name, [first]))
    assert.deepEqual(await everport.dns(), active)
    assert.match(
      await command(everport, 'sql', '-c', 'select count(*) from state_capitals', '--format', 'csv'),
      /^50$/m,
    )
    assert.match(
      await metricsOf('127.0.0.2', everport),
      /^everport_dns_answers_total\{name="data\.demo\.test\."\} [1-9]/m,
    )
    await command(everport, 'start', 'dns-1')
    await everport.until('all healthy', view => view.allHealthy, 15_000)
    await everport.answered(active, answerMs)
  })

  await t.test('an operator forces the secondary, on both at once, and takes it back', async () => {
    const order = [
      'failover',
      name,
      '--to',
      'secondary',
      '--for',
      '10m',
      '--reason',
      'a drill',
      '--by',
      'ann',
    ]
    assert.match(await command(everport, ...order), /dns-2: .*SECONDARY \(forced by ann until/)
    await everport.answered(passive, answerMs)
    assert.match(await command(everport, 'status'), /forced to secondary by ann until .*: a drill/)
    assert.match(await metricsOf('127.0.0.1', everport), /^everport_dns_failover_held\{.*by="forced"\} 1$/m)
    await command(everport, 'failover', name, '--clear')
    await everport.answered(active, answerMs)
  })

  await t.test('orders that are none are refused with what was expected', async () => {
    for (const [args, wrong] of [
      [['--to', 'secondary', '--reason', 'x'], /--for: expected a time from 1s to 168h/],
      [['--to', 'secondary', '--for', '1h'], /--reason: expected/],
      [['--to', 'tertiary', '--for', '1h', '--reason', 'x'], /expected primary, secondary or freeze/],
      [['--back'], /not away from its primary/],
      [['--failback', 'soon'], /expected automatic, manual, default, or a time/],
    ] as const) {
      const { code, stderr } = await everport.command('failover', name, ...args)
      assert.equal(code, 2)
      assert.match(stderr, wrong)
    }
  })

  await t.test('manual failback: not by itself, not after a restart of both; then as ordered', async () => {
    await command(everport, 'failover', name, '--failback', 'manual')
    await command(everport, 'stop', 'active', '--kill')
    await everport.answered(passive, answerMs)
    await command(everport, 'start', 'active')
    await everport.until('all healthy', view => view.allHealthy, 15_000)
    await everport.answered(passive, answerMs)
    const before = ['dns-1', 'dns-2'].map(role => everport.pid(role))
    for (const role of ['dns-1', 'dns-2']) everport.kill(role)
    await everport.until('both are back', view => view.dns.every(({ restarts }) => restarts > 0), 10_000)
    await everport.until('all healthy', view => view.allHealthy, 15_000)
    assert.equal(before.some(isRunning), false)
    await everport.answered(passive, answerMs)
    assert.match(await command(everport, 'explain', 'dns'), /failback is manual/)

    await command(everport, 'failover', name, '--back', '--by', 'ann')
    await everport.answered(active, answerMs)
    await command(everport, 'failover', name, '--failback', 'default')
    const events = await command(everport, 'events')
    assert.match(
      events,
      /failover switched: data\.demo\.test\. A: PRIMARY → SECONDARY: .*\n {4}balancer-active-a/,
    )
    assert.match(events, /SECONDARY → PRIMARY: by ann: failback ordered/)
  })

  await t.test('explain says what would be, and needs nobody', async () => {
    const { stdout } = await everport.command('explain', 'dns', '--if', 'down=active', '--json')
    const { now, wouldBe } = JSON.parse(stdout) as Record<'now' | 'wouldBe', { answers: { value: string }[] }>
    const valuesOf = (answers: { value: string }[]): string[] => answers.map(({ value }) => value).sort()
    assert.deepEqual(valuesOf(now.answers), active)
    assert.deepEqual(valuesOf(wouldBe.answers), passive)
  })

  await t.test(
    'control, the agent and the folder of the store are gone: both fail over all the same',
    async () => {
      await command(everport, 'stop', 'control', '--kill')
      await everport.until('control is down', view => view.control.state === 'stopped', 5_000)
      await everport.killAgent()
      renameSync(join(everport.stateDir, 'store'), join(everport.stateDir, 'store-gone'))
      await everport.answered(active, answerMs)
      for (const role of balancers) everport.kill(role)
      await everport.answered(passive, 10_000)
    },
  )
})

async function command(everport: Everport, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await everport.command(...args)
  assert.equal(code, 0, `everport ${args.join(' ')}: ${stderr}`)
  return stdout
}

async function metricsOf(address: string, { ports }: Everport): Promise<string> {
  return (await fetch(`http://${address}:${ports.metrics}/metrics`)).text()
}
