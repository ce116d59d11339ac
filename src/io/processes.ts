import {
  type ExecFileSyncOptionsWithStringEncoding,
  execFileSync,
  spawn as spawnChild,
} from 'node:child_process'
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import type { Command, ProcessExit, Processes, ProcessIdentity, RunningProcess } from '../base/processes.ts'

/** A log file that has grown past this is moved aside (to `….1`) when its process starts again. */
const logBytesMax = 10 * 1024 * 1024
/** How often we look whether a process that is not our child still lives. */
const adoptedPollMs = 50

/**
 * The operating system's processes. Children get a session of their own: a Ctrl-C meant for us does not reach them, and they go
 * on when we die.
 */
export const systemProcesses: Processes = { spawn, adopt }

function spawn(command: Command): Promise<RunningProcess> {
  return new Promise((resolve, reject) => {
    setAsideWhenLarge(command.logFile)
    const log = openSync(command.logFile, 'a', 0o600)
    const child = spawnChild(command.program, command.args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: command.environment,
    })
    closeSync(log)
    child.once('error', reject)
    child.once('spawn', () => {
      const pid = child.pid
      if (pid === undefined) return reject(new Error('a spawned process has no id'))
      let exit: ProcessExit | undefined
      const listeners = new Set<(exit: ProcessExit) => void>()
      child.once('exit', (code, signal) => {
        exit = { code: code ?? undefined, signal: signal ?? undefined }
        for (const listener of listeners) listener(exit)
      })
      resolve({
        identity: { pid, startedAt: startOf(pid) ?? '' },
        onExit(listener) {
          if (exit !== undefined) listener(exit)
          else listeners.add(listener)
          return () => listeners.delete(listener)
        },
        isSuspended: () => exit === undefined && isSuspended(pid),
        signal: name => {
          if (exit === undefined) child.kill(name)
        },
      })
    })
  })
}

function adopt(identity: ProcessIdentity): RunningProcess | undefined {
  if (!isAlive(identity)) return undefined
  return {
    identity,
    onExit(listener) {
      const timer = setInterval(() => {
        if (isAlive(identity)) return
        clearInterval(timer)
        listener({ code: undefined, signal: undefined })
      }, adoptedPollMs)
      return () => clearInterval(timer)
    },
    isSuspended: () => isAlive(identity) && isSuspended(identity.pid),
    signal: name => {
      if (isAlive(identity)) process.kill(identity.pid, name)
    },
  }
}

/** Who we are, for others to know us by. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startedAt: startOf(process.pid) ?? '' }
}

export function isAlive(identity: ProcessIdentity): boolean {
  const startedAt = startOf(identity.pid)
  return startedAt !== undefined && startedAt === identity.startedAt
}

function isSuspended(pid: number): boolean {
  try {
    const state = process.platform === 'linux' ? procFields(pid)[0] : psFields(pid)[0]
    return state?.startsWith('T') === true || state === 't'
  } catch {
    return false
  }
}

/** When the process began, in the system's own terms; undefined when it is gone or only waits to be reaped. */
function startOf(pid: number): string | undefined {
  try {
    return process.platform === 'linux' ? startFromProc(pid) : startFromPs(pid)
  } catch {
    return undefined
  }
}

function startFromProc(pid: number): string | undefined {
  const fields = procFields(pid)
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined
  return `${bootId()}/${fields[19] ?? ''}`
}

/** proc(5), from field 3 on: the state first, the start in clock ticks after boot 19 later. The name before them may hold anything. */
function procFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

let knownBootId: string | undefined
function bootId(): string {
  knownBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return knownBootId
}

function startFromPs(pid: number): string | undefined {
  const [state, ...start] = psFields(pid)
  return state === undefined || state === '' || state.startsWith('Z') ? undefined : start.join(' ')
}

/** The state, then the words of the start time. */
function psFields(pid: number): string[] {
  const options: ExecFileSyncOptionsWithStringEncoding = {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }
  return execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], options)
    .trim()
    .split(/\s+/)
}

function setAsideWhenLarge(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size > logBytesMax) renameSync(file, `${file}.1`)
}
