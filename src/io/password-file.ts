import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import {
  type FoundPassword,
  isFilePath,
  passwordHeadBytes,
  passwordIn,
  type ReadPasswordFile,
} from '../base/password-file.ts'

/**
 * Reads files with passwords. Whoever asks while a file is being read gets that reading: at most one a file is under way, also on a file
 * system that hangs.
 */
export function passwordFileReader(): ReadPasswordFile {
  const underWay = new Map<string, Promise<FoundPassword>>()
  return path => {
    const known = underWay.get(path)
    if (known !== undefined) return known
    const reading = readPassword(path).finally(() => underWay.delete(path))
    underWay.set(path, reading)
    return reading
  }
}

async function readPassword(path: string): Promise<FoundPassword> {
  if (!isFilePath(path)) return { problem: 'it is not an absolute path' }
  try {
    // Without waiting: the open of a pipe lasts until somebody writes.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
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
