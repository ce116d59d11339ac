import { appendFileSync, chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { writePrivate } from '../../io/private-files.ts'

/** What was typed, over sessions. Newest last in the file, newest first in memory, as readline wants it. */
export interface History {
  readonly entries: string[]
  add(entry: string): void
}

export const historyEntriesMax = 1000
const entryLengthMax = 10_000

/** In the user's own state folder (XDG Base Directory), never in the project's. */
export function historyFile(environment: Readonly<Record<string, string | undefined>>): string {
  const base = environment['XDG_STATE_HOME']
  const folder = base !== undefined && base.startsWith('/') ? base : join(homedir(), '.local', 'state')
  return join(folder, 'everport', 'sql-history')
}

/** A history that cannot be read or written is only not kept: no reason to refuse a shell. */
export function openHistory(path: string): History {
  const lines = readLines(path)
  if (lines.length > historyEntriesMax) rewrite(path, lines.slice(-historyEntriesMax))
  return {
    entries: lines.slice(-historyEntriesMax).toReversed().map(decodeEntry),
    add(entry) {
      if (isSecret(entry) || entry.length > entryLengthMax) return
      attempt(() => {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
        appendFileSync(path, `${encodeEntry(entry)}\n`, { mode: 0o600 })
      })
    },
  }
}

/** A line that begins with a space, as in other shells, or that speaks of a password, is not kept. */
export function isSecret(entry: string): boolean {
  return entry.startsWith(' ') || /password/i.test(entry)
}

function readLines(path: string): string[] {
  try {
    chmodSync(path, 0o600)
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter(line => line !== '')
  } catch {
    return []
  }
}

function rewrite(path: string, lines: readonly string[]): void {
  attempt(() => writePrivate(path, `${lines.join('\n')}\n`))
}

function attempt(task: () => void): void {
  try {
    task()
  } catch {
    // A full disk or a folder of somebody else's.
  }
}

function encodeEntry(entry: string): string {
  return entry.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function decodeEntry(line: string): string {
  return line.replace(/\\([\\n])/g, (_, escaped) => (escaped === 'n' ? '\n' : '\\'))
}
