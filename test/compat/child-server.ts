import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Endpoint } from '../../src/base/network.ts'
import { freePort } from '../../src/testing/free-ports.ts'
import { type AskBy, askBytes } from './dns-ask.ts'

export interface ChildServer {
  readonly at: Endpoint
  readonly pid: number
  output(): string
}

export interface Child {
  readonly command: readonly string[]
  readonly pid: number
  readonly ended: Promise<void>
  hasEnded(): boolean
  /** Resolves when it says something. */
  said(): Promise<void>
  /** All it has said so far. */
  output(): string
}

interface ServerPlan {
  readonly command: readonly string[]
  readonly files: Readonly<Record<string, string>>
}

const startDeadlineMs = 60_000
const stopDeadlineMs = 30_000

/**
 * Someone else's name server as a child process, with its files in a folder of its own and a free port of loopback; ends with the test.
 * `ready` is a query that it answers without error once it serves.
 */
export async function startChildServer(
  t: Pick<TestContext, 'after'>,
  ready: Buffer,
  plan: (folder: string, at: Endpoint) => ServerPlan,
): Promise<ChildServer> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-compat-'))
  const at = { address: '127.0.0.1', port: await freePort() }
  const { command, files } = plan(folder, at)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const child = startChild(t, command)
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  await firstAnswer(at, ready, child)
  return { at, pid: child.pid, output: child.output }
}

export interface ChildOptions {
  readonly uid?: number
  readonly gid?: number
  readonly cwd?: string
  /** Default: ours. */
  readonly env?: NodeJS.ProcessEnv
  /** Asks it to end. Default SIGTERM; PostgreSQL waits for its clients then, and not at SIGINT. */
  readonly stopSignal?: NodeJS.Signals
}

/** Ends with the test. */
export function startChild(
  t: Pick<TestContext, 'after'>,
  command: readonly string[],
  { stopSignal = 'SIGTERM', ...options }: ChildOptions = {},
): Child {
  const [program = '', ...args] = command
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let isOver = false
  const listeners: (() => void)[] = []
  const collect = (data: Buffer): void => {
    output += data.toString()
    for (const tell of listeners.splice(0)) tell()
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const ended = new Promise<void>(resolve => {
    const end = (): void => {
      isOver = true
      resolve()
    }
    child.once('close', end)
    child.once('error', error => {
      output += String(error)
      end()
    })
  })
  t.after(() => stop(child, ended, stopSignal))
  return {
    command,
    pid: child.pid ?? 0,
    ended,
    hasEnded: () => isOver,
    said: () => new Promise(resolve => listeners.push(resolve)),
    output: () => output,
  }
}

/** Each try waits for a reply; the child's end ends them all. */
async function firstAnswer(at: Endpoint, query: Buffer, child: Child): Promise<void> {
  const by: AskBy = { transport: 'udp', timeoutMs: 100 }
  for (let tries = startDeadlineMs / by.timeoutMs; tries > 0 && !child.hasEnded(); tries--) {
    const reply = await Promise.race([askBytes(at, query, by), child.ended])
    if (reply instanceof Buffer && (reply.readUInt8(3) & 15) === 0) return
  }
  const why = child.hasEnded() ? 'it ended' : 'no answer in time'
  throw new Error(`${child.command.join(' ')}: ${why}; it says: ${child.output()}`)
}

/** Asked first: servers have children of their own to end. */
async function stop(child: ChildProcess, ended: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs)
  await ended
  clearTimeout(timer)
}
