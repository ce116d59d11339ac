import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { EverportError } from '../base/errors.ts'
import { passwordFolderDefault } from '../base/password-file.ts'
import type { ProcessIdentity } from '../base/processes.ts'
import { isAlive, ownIdentity } from '../io/processes.ts'

export const defaultStateDir = '.everport'

/** Where one Everport keeps everything: the store, logs, who may log in, and which agent runs. */
export interface StateFolder {
  readonly path: string
  readonly storeDir: string
  readonly logDir: string
  readonly runDir: string
  readonly agentFile: string
}

export function stateFolder(path: string): StateFolder {
  const absolute = resolve(path)
  return {
    path: absolute,
    storeDir: join(absolute, 'store'),
    logDir: join(absolute, 'logs'),
    runDir: join(absolute, 'run'),
    agentFile: join(absolute, 'agent.json'),
  }
}

/** Makes what is missing, readable by its owner alone. */
export function createStateFolder(path: string): StateFolder {
  const folder = stateFolder(path)
  try {
    makeFolder(folder.logDir)
    makeFolder(folder.runDir)
    makeFolder(folder.storeDir)
    makeFolder(passwordFolderDefault(folder.path))
  } catch (error) {
    throw new EverportError('file_error', `cannot use ${folder.path} as state folder: ${reasonOf(error)}`, {
      hint: 'name a folder that you may write: everport up --state DIR',
      cause: error,
    })
  }
  return folder
}

/** As `mkdir -p`. Node's own never ends where the parent is there and the folder cannot be, as below /proc. */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return
  if (dirname(path) !== path) makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process was faster.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error
  }
}

/** An existing state folder; an error that says how to make one when there is none. */
export function openStateFolder(path: string): StateFolder {
  const folder = stateFolder(path)
  try {
    if (statSync(folder.storeDir, { throwIfNoEntry: false })?.isDirectory() === true) return folder
  } catch (error) {
    throw new EverportError('file_error', `cannot use ${folder.path} as state folder: ${reasonOf(error)}`, {
      hint: 'run as the user who started Everport, or name another folder with --state DIR',
      cause: error,
    })
  }
  throw new EverportError('not_found', `no Everport has run with the state folder ${folder.path}`, {
    hint: 'start one with: npm start (or everport up FILE), or name its folder with --state DIR',
  })
}

interface AgentFile {
  readonly identity: ProcessIdentity
  readonly topologyFile: string
  readonly since: string
}

/** The agent that works with this folder now, or undefined when none does. */
export function runningAgent(folder: StateFolder): AgentFile | undefined {
  const file = readAgentFile(folder)
  return file !== undefined && isAlive(file.identity) ? file : undefined
}

/** Makes this process the folder's agent. What a dead agent left behind is taken over; a living one is an error. */
export function claimStateFolder(folder: StateFolder, topologyFile: string, since: string): void {
  const content: AgentFile = { identity: ownIdentity(), topologyFile, since }
  for (;;) {
    try {
      return writeFileSync(folder.agentFile, `${JSON.stringify(content)}\n`, { flag: 'wx', mode: 0o600 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const other = runningAgent(folder)
    if (other !== undefined) throw alreadyRunning(folder, other)
    rmSync(folder.agentFile, { force: true })
  }
}

export function releaseStateFolder(folder: StateFolder): void {
  if (readAgentFile(folder)?.identity.pid === process.pid) rmSync(folder.agentFile, { force: true })
}

function readAgentFile(folder: StateFolder): AgentFile | undefined {
  try {
    return JSON.parse(readFileSync(folder.agentFile, 'utf8')) as AgentFile
  } catch {
    return undefined
  }
}

function alreadyRunning(folder: StateFolder, other: AgentFile): EverportError {
  return new EverportError('state_error', `Everport already runs with the state folder ${folder.path}`, {
    detail: `process ${other.identity.pid}, since ${other.since}, topology ${other.topologyFile}`,
    hint: 'see it with `everport status`, end it with `everport down`, or start another one with other ports in its topology file and --state DIR',
  })
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied'
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'a part of the path is a file'
  if (code === 'ENOSPC') return 'no space left on the disk'
  if (code === 'EROFS') return 'the file system is read-only'
  return error instanceof Error ? error.message : String(error)
}
