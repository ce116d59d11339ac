import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { BalancerNetwork } from '../../test/compat/balancer-network.ts'

/** Of a target that is told to end: its clients leave with their next answer. */
const endMs = 20_000

/** The processes behind the two addresses of a network's targets. */
export interface Targets {
  /** Two new ones serve; what was before is killed. */
  renew(): Promise<void>
  /** Rejects when it does not end. */
  end(i: number, signal: NodeJS.Signals): Promise<void>
  /** Returns at once. */
  signal(i: number, signal: NodeJS.Signals): void
  /** The next one serves, where one has ended. */
  replace(i: number): Promise<void>
  close(): void
}

/**
 * `file`: target.ts, as a bundle. The one that will follow is started with its predecessor and only waits: a process that starts takes a
 * processor from everybody's answers, and that is not what is measured.
 */
export function makeTargets(network: BalancerNetwork, file: string): Targets {
  const serving: (ChildProcess | undefined)[] = []
  const waiting: (ChildProcess | undefined)[] = []

  const start = async (i: number): Promise<ChildProcess> => {
    const [program = '', ...args] = network.targets[i]?.inside(process.execPath, file) ?? []
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    await once(child, 'message')
    return child
  }
  const end = async (i: number, signal: NodeJS.Signals): Promise<void> => {
    const child = serving[i]
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit', { signal: AbortSignal.timeout(endMs) })
    child.kill(signal)
    await exit
  }
  const replace = async (i: number): Promise<void> => {
    const next = waiting[i]
    if (next === undefined) throw new Error('no target waits')
    waiting[i] = undefined
    serving[i] = next
    const serves = once(next, 'message')
    next.send('serve')
    await serves
  }
  return {
    async renew() {
      for (const i of [0, 1]) {
        await end(i, 'SIGKILL')
        waiting[i] ??= await start(i)
        await replace(i)
        waiting[i] = await start(i)
      }
    },
    end,
    replace,
    signal: (i, signal) => void serving[i]?.kill(signal),
    close() {
      for (const child of [...serving, ...waiting]) child?.kill('SIGKILL')
    },
  }
}
