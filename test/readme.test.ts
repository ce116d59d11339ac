import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { requireTool } from './required-tool.ts'

/**
 * The README is executed: every command of it, in order, in a fresh clone, as a newcomer would. It takes the addresses and ports that
 * the README names, so it is the only test that does.
 */
const installDeadlineMs = 480_000
const stopDeadlineMs = 60_000

interface Block {
  readonly heading: string
  readonly commands: string
}

const readme = readFileSync('README.md', 'utf8')
const blocks = [...shellBlocks(readme)]

test('the README says how to test in the words that the continuous integration runs', () => {
  assert.equal(commandsUnder('Test'), 'npm test')
  assert.match(readFileSync('.ci/run', 'utf8'), /EVERPORT_REQUIRE_TOOLS=1 npm test/)
})

test('every command of the README works in a fresh clone', { timeout: 1_200_000 }, async t => {
  for (const tool of ['psql', 'dig', 'git', 'npm']) if (!requireTool(t, tool)) return
  const clone = freshClone(t)
  const start = startInForeground(t, clone)
  await start.until('All healthy', installDeadlineMs)

  const tried = run(clone, 'Try')
  assert.match(tried, /all healthy/)
  assert.match(tried, /^127\.0\.1\.[12]$/m, 'dig answers the active cluster')
  const killed = run(clone, 'Kill things')
  assert.match(killed, /^127\.0\.2\.[12]$/m, 'dig answers the passive cluster')
  assert.doesNotMatch(killed, /^127\.0\.1\.[12]$/m)
  assert.match(run(clone, 'Your own data'), /: ok/)

  const pids = readdirSync(join(clone, '.everport/run')).map(file =>
    Number(readFileSync(join(clone, '.everport/run', file), 'utf8')),
  )
  assert.ok(pids.length >= 6, `expected the processes of the whole topology, found ${pids.length}`)
  await start.interrupt()
  assert.deepEqual(pids.filter(isRunning), [], 'Ctrl-C leaves no process behind')
})

test('no block of the README is left out', () => {
  const headings = blocks.map(block => block.heading)
  assert.deepEqual(headings, [
    'Start',
    'Try',
    'Try',
    'Try',
    'Kill things',
    'Kill things',
    'Your own data',
    'Test',
  ])
})

function* shellBlocks(markdown: string): Generator<Block> {
  let heading = ''
  const pattern = /^## (.+)$|^```sh\n([\s\S]*?)^```$/gm
  for (const [, title, commands] of markdown.matchAll(pattern)) {
    if (title !== undefined) heading = title
    else yield { heading, commands: (commands ?? '').trim() }
  }
}

function commandsUnder(heading: string): string {
  const found = blocks.filter(block => block.heading === heading).map(block => block.commands)
  assert.notEqual(found.length, 0, `README has no commands under ${heading}`)
  return found.join('\n')
}

/** What git would clone, with the changes that are not committed yet. */
function freshClone(t: TestContext): string {
  const clone = mkdtempSync(join(tmpdir(), 'everport-readme-'))
  t.after(() => rmSync(clone, { recursive: true, force: true, maxRetries: 5 }))
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  })
  for (const file of listed.split('\0').filter(name => name !== '' && existsSync(name)))
    cpSync(file, join(clone, file))
  return clone
}

interface Foreground {
  until(text: string, deadlineMs: number): Promise<void>
  /** Ctrl-C: SIGINT to everything that the terminal would send it to. */
  interrupt(): Promise<void>
}

function startInForeground(t: TestContext, clone: string): Foreground {
  const child = spawn('bash', ['-c', commandsUnder('Start')], {
    cwd: clone,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const collect = (data: Buffer): void => {
    output += data.toString()
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  t.after(() => killRest(child, clone))
  return {
    until: (text, deadlineMs) =>
      new Promise((resolve, reject) => {
        const fail = (why: string): void => reject(new Error(`${why}; its output:\n${output}`))
        const timer = setTimeout(() => fail(`no "${text}" within ${deadlineMs} ms`), deadlineMs)
        child.once('exit', code => fail(`npm start ended with ${code}`))
        const look = (): void => {
          if (!output.includes(text)) return
          clearTimeout(timer)
          resolve()
        }
        child.stdout.on('data', look)
        look()
      }),
    interrupt: () =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`still running after Ctrl-C:\n${output}`)),
          stopDeadlineMs,
        )
        child.removeAllListeners('exit')
        child.once('exit', () => {
          clearTimeout(timer)
          resolve()
        })
        process.kill(-(child.pid ?? 0), 'SIGINT')
      }),
  }
}

/** After a failed test: nothing of ours may go on. */
function killRest(child: ChildProcess, clone: string): void {
  const runDir = join(clone, '.everport/run')
  const pids = existsSync(runDir)
    ? readdirSync(runDir).map(file => Number(readFileSync(join(runDir, file), 'utf8')))
    : []
  if (child.exitCode === null && child.signalCode === null) pids.unshift(-(child.pid ?? 0))
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended already.
    }
  }
}

function run(clone: string, heading: string): string {
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', commandsUnder(heading)], {
    cwd: clone,
    encoding: 'utf8',
    timeout: 240_000,
  })
  assert.equal(status, 0, `${heading}:\n${stdout}\n${stderr}`)
  return stdout
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
