import { join, posix } from 'node:path'

/** Of a password, which is the first line of its file, in UTF-8 and without the end of the line. */
export const passwordBytesMax = 1_024
/** As much of a file as decides: the longest password and the end of its line (CR, LF). */
export const passwordHeadBytes = passwordBytesMax + 2

/** A password, or why there is none: what is wrong with the file, and nothing of what is in it. */
export type FoundPassword = { readonly password: string } | { readonly problem: string }

/** Reads the file at an absolute path anew each time, so that a changed password needs no restart. Never rejects. */
export type ReadPasswordFile = (path: string) => Promise<FoundPassword>

/** `head`: the first `passwordHeadBytes` of the file, or all of it. */
export function passwordIn(head: Uint8Array): FoundPassword {
  const line = firstLine(head)
  if (line.length > passwordBytesMax)
    return { problem: `its first line has more than ${passwordBytesMax} bytes` }
  const password = textOf(line)
  if (password === undefined) return { problem: 'its first line is not UTF-8' }
  return password === '' ? { problem: 'its first line is empty' } : { password }
}

const pathLengthMax = 4_096

/** Absolute, and on one line wherever it is shown. */
export function isFilePath(text: string): boolean {
  return text.length <= pathLengthMax && /^\/[^\p{Cc}]+$/u.test(text)
}

/** The one folder that they are read from, where the topology names no other. */
export const passwordFolderDefault = (stateDir: string): string => join(stateDir, 'secrets')

/** By its text: a path to something below the folder, without a `.` or `..`. Both are absolute. Links are not looked at. */
export function isWithinFolder(path: string, folder: string): boolean {
  const base = folder.endsWith('/') ? folder : `${folder}/`
  return posix.normalize(path) === path && path.startsWith(base) && path.length > base.length
}

function firstLine(head: Uint8Array): Uint8Array {
  const lineFeed = head.indexOf(0x0a)
  if (lineFeed === -1) return head
  return head.subarray(0, head[lineFeed - 1] === 0x0d ? lineFeed - 1 : lineFeed)
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
