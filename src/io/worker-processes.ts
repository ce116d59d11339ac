import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import type { WorkerProcess, WorkerProcesses } from '../base/worker-processes.ts'
import { serverOf } from './network.ts'

/** Listening sockets can be sent to another process here. */
const platforms: readonly string[] = ['linux', 'darwin']

/** `file` with `args` is a program that runs `parentProcess`. Undefined where this system cannot share a listening socket. */
export function systemWorkerProcesses(file: string, args: readonly string[]): WorkerProcesses | undefined {
  if (!platforms.includes(process.platform)) return undefined
  return { processors: availableParallelism(), busyShare: loopBusyShare(), spawn: () => spawn(file, args) }
}

/** The first answer is about all the time since this was called. */
export function loopBusyShare(): () => number {
  let last = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, last)
    last = now
    return utilization
  }
}

function spawn(file: string, args: readonly string[]): WorkerProcess {
  const child = fork(file, args, {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  let how: string | undefined
  let tell: (how: string) => void = () => undefined
  const end = (said: string): void => {
    if (how !== undefined) return
    how = said
    tell(said)
  }
  child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`))
  // It could not be started, or could not be told something: the first has no other end.
  child.on('error', error => {
    if (child.pid === undefined) end(error.message)
  })
  return {
    pid: child.pid ?? 0,
    send(message, listening) {
      if (!child.connected) return
      child.send(message as object, listening && serverOf(listening), () => undefined)
    },
    onMessage: hear => void child.on('message', hear),
    onExit(ended) {
      tell = ended
      if (how !== undefined) ended(how)
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
