import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Endpoint } from '../../src/base/network.ts'
import { systemNetwork } from '../../src/io/network.ts'
import { type AskBy, askBytes } from './dns-ask.ts'

export interface ChildServer {
  readonly at: Endpoint
  readonly folder: string
  output(): string
}

const startDeadlineMs = 10_000
const stopDeadlineMs = 5_000

/**
 * Someone else's name server as a child process, with its files in a folder of its own and a free port of loopback; ends with the test.
 * `files` are written first, and `command` is run; `answers` is a query that it replies to once it serves.
 */
export async function startChildServer(
  t: Pick<TestContext, 'after'>,
  answers: Buffer,
  plan: (
    folder: string,
    at: Endpoint,
  ) => { command: readonly string[]; files: Readonly<Record<string, string>> },
): Promise<ChildServer> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-compat-'))
  const at = await freePort()
  const { command, files } = plan(folder, at)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const [program = '', ...args] = command
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const collect = (data: Buffer): void => void (output += data.toString())
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const ended = new Promise<void>(resolve => {
    child.once('close', () => resolve())
    child.once('error', error => {
      output += String(error)
      resolve()
    })
  })
  t.after(async () => {
    await stop(child, ended)
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  })
  await firstAnswer(at, answers, ended, () => `${program}: ${output}`)
  return { at, folder, output: () => output }
}

/** Asks until the first reply: each try waits for one, and the child's end ends them all. */
async function firstAnswer(
  at: Endpoint,
  query: Buffer,
  ended: Promise<void>,
  why: () => string,
): Promise<void> {
  let isOver = false
  void ended.then(() => {
    isOver = true
  })
  const by: AskBy = { transport: 'udp', timeoutMs: 100 }
  for (let tries = startDeadlineMs / by.timeoutMs; tries > 0 && !isOver; tries--) {
    const reply = await Promise.race([askBytes(at, query, by), ended])
    if (reply instanceof Buffer && (reply.readUInt8(3) & 15) === 0) return
  }
  throw new Error(`${isOver ? 'it ended' : 'no answer in time'}: ${why()}`)
}

/** TERM first: name servers have children of their own to end. */
async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs)
  await ended
  clearTimeout(timer)
}

/** Free for TCP, which leaves the UDP port of that number free as far as one can tell. */
export async function freePort(address = '127.0.0.1'): Promise<Endpoint> {
  const listening = await systemNetwork.listen({ address, port: 0 }, {}, () => undefined)
  await listening.close()
  return listening.at
}
