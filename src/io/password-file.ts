import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import {
  type FoundPassword,
  isFilePath,
  isWithinFolder,
  passwordHeadBytes,
  passwordIn,
  type ReadPasswordFile,
} from '../base/password-file.ts'

/**
 * Reads files with passwords. Whoever asks while a file is being read gets that reading: at most one a file is under way, also on a file
 * system that hangs. `folder`: absolute; a file elsewhere is not opened, also where a link inside the folder leads there.
 */
export function passwordFileReader(folder: () => string): ReadPasswordFile {
  const underWay = new Map<string, Promise<FoundPassword>>()
  return path => {
    const known = underWay.get(path)
    if (known !== undefined) return known
    const reading = readPassword(path, folder()).finally(() => underWay.delete(path))
    underWay.set(path, reading)
    return reading
  }
}

async function readPassword(path: string, folder: string): Promise<FoundPassword> {
  if (!isFilePath(path)) return { problem: 'it is not an absolute path' }
  const outside = { problem: `it is not in ${folder}, the one folder that passwords are read from` }
  if (!isWithinFolder(path, folder)) return outside
  try {
    const [real, realFolder] = [await realpath(path), await realpath(folder)]
    if (!isWithinFolder(real, realFolder)) return outside
    // Without waiting: the open of a pipe lasts until somebody writes.
    const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      return (await file.stat()).isFile() ? passwordIn(await headOf(file)) : { problem: 'it is no file' }
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    return { problem: words[code] ?? `it cannot be read (${code === '' ? 'for an unknown reason' : code})` }
  }
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'it does not exist',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
}

/** A read may give less than was asked for. */
async function headOf(file: FileHandle): Promise<Uint8Array> {
  const head = Buffer.alloc(passwordHeadBytes)
  let length = 0
  while (length < head.length) {
    const { bytesRead } = await file.read(head, length, head.length - length, length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return head.subarray(0, length)
}
