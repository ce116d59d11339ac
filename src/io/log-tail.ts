import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const tailBytes = 16_384
/** Longer ones do not fit a status line. */
const wordsMax = 300

/** What a role's log last said went wrong, in one line: the newest error of our own, or what Node printed as it died. */
export function lastComplaint(logFile: string): string | undefined {
  const lines = tail(logFile).split('\n').filter(Boolean)
  for (const line of lines.toReversed()) {
    const complaint = line.startsWith('{') ? loggedError(line) : thrownError(line)
    if (complaint !== undefined) return complaint.slice(0, wordsMax)
    // Whatever stands before this process's start concerns an earlier one.
    if (line.includes('"event":"started"')) return undefined
  }
  return undefined
}

interface LogLine {
  readonly level?: string
  readonly message?: string
  readonly event?: string
  readonly detail?: string
}

function loggedError(line: string): string | undefined {
  try {
    const { level, message, event, detail } = JSON.parse(line) as LogLine
    if (level !== 'error' && level !== 'fatal') return undefined
    // Where there are several mistakes, the first stands in the first line.
    return [message ?? event, detail?.split('\n')[0]].filter(Boolean).join(': ')
  } catch {
    return undefined
  }
}

/** `TypeError: x is not a function` at the start of a line. */
function thrownError(line: string): string | undefined {
  return /^(?:\w*Error\b.*|.*\bout of memory\b.*)$/i.exec(line)?.[0]
}

function tail(file: string): string {
  try {
    const descriptor = openSync(file, 'r')
    try {
      const { size } = fstatSync(descriptor)
      const bytes = Buffer.alloc(Math.min(size, tailBytes))
      readSync(descriptor, bytes, 0, bytes.length, size - bytes.length)
      return bytes.toString('utf8')
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return ''
  }
}
