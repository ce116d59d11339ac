import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { systemClock } from '../io/clock.ts'
import { agentStatusKey } from '../resources/status.ts'
import type { StatusView } from '../resources/status-view.ts'
import { openJournalStore } from '../store/journal-store.ts'
import { allWell, exampleStore, say } from '../testing/status-world.ts'
import { createStateFolder } from './state-folder.ts'

/** A state folder in which the example was brought up, and left by its agent. Commands of the program run on it. */
async function abandoned(t: TestContext) {
  const path = mkdtempSync(join(tmpdir(), 'everport-state-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  const folder = createStateFolder(path)
  const store = await openJournalStore(folder.storeDir, { clock: systemClock })
  const example = (await exampleStore()).read()
  const documents = example.list('').map(({ key, value }) => ({ key, value: value as object }))
  await store.commit([], documents)
  const all = allWell(store.read()).filter(({ key }) => key !== agentStatusKey)
  await say(store, all)
  t.after(() => store.close())
  const program = (...args: string[]): string[] => [
    '--import',
    'tsx',
    'src/main.ts',
    ...args,
    '--state',
    path,
  ]
  return {
    store,
    program,
    run: (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, program(...args), { encoding: 'utf8' })
      return { code: status, out: stdout, err: stderr }
    },
  }
}

test('start tells what it started, and not what nobody kept down', async t => {
  const { run } = await abandoned(t)
  assert.equal(run('stop', 'active-a-1').out, 'node-active-a-1: will be kept down when Everport runs\n')
  assert.equal(
    run('start', 'active-a-1', 'node-active-b-1', 'active-a-1').out,
    'node-active-a-1: will be started when Everport runs\nnode-active-b-1: was not kept down\n',
  )
  const unknown = run('stop', 'activ')
  assert.equal(unknown.code, 2)
  assert.match(
    unknown.err,
    /nothing here is called activ\n {2}there are: active, passive, control, .*\n {2}try: active\n/,
  )
})

test('what goes on without its agent is not called unresponsive', async t => {
  const { store, program } = await abandoned(t)
  const beating = setInterval(() => void say(store, []), 100)
  t.after(() => clearInterval(beating))
  const child = spawn(process.execPath, program('status', '--json'), { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  await once(child, 'close')
  const { problems } = JSON.parse(out) as StatusView
  assert.deepEqual(problems, ['the agent does not run: nobody restarts what dies'])
})

test('failover that only asks says that nobody answers, and notes nothing', async t => {
  const { run } = await abandoned(t)
  const asked = run('failover', 'data.demo.test')
  assert.deepEqual([asked.code, asked.out], [2, ''])
  assert.match(asked.err, /nobody answers data\.demo\.test\.: Everport does not run here\n {2}try: start it/)
  const ordered = run('failover', 'data.demo.test', '--to', 'secondary', '--for', '1h', '--reason', 'drill')
  assert.equal(ordered.out, 'data.demo.test.: noted; it counts when Everport runs\n')
})

test('wrong input: one sentence, what was expected, exit code 2', async t => {
  const { run } = await abandoned(t)
  const told = (...args: string[]): string => {
    const { code, out, err } = run(...args)
    assert.deepEqual([code, out], [2, ''])
    return err
  }
  assert.match(told('explain', 'dns', '--from', '1.2.3'), /^error: --from 1\.2\.3: expected an address\n/)
  assert.match(told('status', '--watch', '--json'), /^error: --watch and --json exclude each other\n/)
})

test('every role says what it is for and which options it takes', () => {
  for (const role of ['control', 'dns', 'balancer', 'node']) {
    const { status, stdout } = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'src/main.ts', role, '--help'],
      { encoding: 'utf8' },
    )
    assert.equal(status, 0)
    assert.match(stdout, new RegExp(`^everport ${role} \\[--name NAME\\].*\\n\\n.*\\n`))
  }
})
