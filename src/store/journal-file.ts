import {
  close,
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsync,
  link,
  mkdirSync,
  open,
  openSync,
  readdirSync,
  readSync,
  rm,
  rmSync,
  write,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { EverportError } from '../base/errors.ts'
import { lineOf } from './journal-line.ts'
import { documentsJson, startJson } from './journal-record.ts'
import type { Snapshot } from './store.ts'

/** One open journal of a store's directory. Their numbers grow; the one with the highest is written to. */
export interface JournalFile {
  readonly number: number
  /** Bytes at present. */
  size(): number
  /** The bytes from `from` to the end, or to `to`. */
  read(from: number, to?: number): Buffer
  /** Appends with one call of the kernel, after what others append. Rejects when not all of it was taken; a part may be there then. */
  append(bytes: Buffer): Promise<void>
  /** Resolves when all that was there at the call is on the disk. Those who wait at the same time share one wait. */
  sync(): Promise<void>
  /** Closes once nothing is under way. */
  close(): void
}

/** Makes the directory, for its owner alone, when there is none. Throws EverportError 'state_error'. */
export function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    if (readdirSync(directory).includes('data.mdb')) {
      throw new EverportError(
        'state_error',
        `the store in ${directory} has format 1; this Everport reads format 2`,
        {
          hint: 'use the Everport that wrote it, or another state folder',
        },
      )
    }
  } catch (error) {
    throw openError(directory, error)
  }
}

/** The newest journal, or undefined when there is none. Throws EverportError 'state_error'. */
export function openNewest(directory: string): JournalFile | undefined {
  try {
    for (;;) {
      const number = newestIn(directory)
      if (number === 0) return undefined
      const file = openJournal(directory, number)
      // Others may have made the next and taken this one away; and a process that was stopped while it made this one may have put it back.
      if (file !== undefined && newestIn(directory) === number) return file
      file?.close()
    }
  } catch (error) {
    throw openError(directory, error)
  }
}

/** 0 when there is none. */
function newestIn(directory: string): number {
  return Math.max(0, ...readdirSync(directory).map(name => Number(/^journal-(\d{10})$/.exec(name)?.[1] ?? 0)))
}

function openJournal(directory: string, number: number): JournalFile | undefined {
  try {
    return journalFile(
      directory,
      openSync(pathOf(directory, number), constants.O_RDWR | constants.O_APPEND),
      number,
    )
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Makes a journal that begins with the documents of `snapshot`, whole and on the disk, or leaves the one that another process made: they
 * are the same, since every process is at the same point when it makes one. Those before it are taken away.
 */
export async function makeJournal(
  directory: string,
  number: number,
  snapshot: Snapshot,
  author: string,
): Promise<void> {
  const path = pathOf(directory, number)
  const temporary = `${path}.${author}`
  const fd = await opened(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC)
  try {
    await writeBeginning(fd, snapshot)
    await synced(fd)
    await linked(temporary, path)
  } catch (error) {
    // Others were first, and may have gone on already and taken ours away.
    if (newestIn(directory) < number) throw error
  } finally {
    closeSync(fd)
    rmSync(temporary, { force: true })
  }
  await syncDirectory(directory)
  await removeBefore(directory, number)
}

/** The journals before `number`, and what processes that died while they made one have left. */
async function removeBefore(directory: string, number: number): Promise<void> {
  const old = readdirSync(directory).filter(name => {
    const digits = /^journal-(\d{10})(?:\.|$)/.exec(name)?.[1]
    return digits !== undefined && Number(digits) < number
  })
  await Promise.all(old.map(name => removed(join(directory, name), { force: true })))
}

/** What was made a moment ago is found after a loss of power only when its directory is on the disk. */
async function syncDirectory(directory: string): Promise<void> {
  const fd = await opened(directory, constants.O_RDONLY)
  try {
    await synced(fd)
  } finally {
    closeSync(fd)
  }
}

const opened = promisify((path: string, flags: number, done: (error: Error | null, fd: number) => void) =>
  open(path, flags, 0o600, done),
)
const written = promisify(write)
const synced = promisify(fsync)
const dataSynced = promisify(fdatasync)
const linked = promisify(link)
const removed = promisify(rm)

/** So many documents are in one line, so that nobody's event loop stands still for long while they are written. */
const documentsPerLine = 500

async function writeBeginning(fd: number, { revision, list }: Snapshot): Promise<void> {
  const documents = list('')
  // Long enough for every number, and known before they are.
  const start = (bytes: number): Buffer =>
    lineOf('-', startJson(revision, documents.length, bytes).padEnd(160))
  let bytes = start(0).length
  for (let i = 0; i < documents.length; i += documentsPerLine) {
    const line = lineOf('-', documentsJson(documents.slice(i, i + documentsPerLine)))
    await writeAll(fd, line, bytes)
    bytes += line.length
  }
  await writeAll(fd, start(bytes), 0)
}

async function writeAll(fd: number, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await written(fd, bytes, done, bytes.length - done, position + done)).bytesWritten
  }
}

function journalFile(directory: string, fd: number, number: number): JournalFile {
  let underWay = 0
  let isClosing = false
  let syncing: Promise<void> | undefined
  let nextSync: Promise<void> | undefined
  let isDirectorySynced = false
  /** The kernel tells of what it could not write once, and takes it for written from then on: no later success says that it is there. */
  let failure: unknown

  const during = async <T>(task: Promise<T>): Promise<T> => {
    underWay++
    try {
      return await task
    } finally {
      underWay--
      closeWhenIdle()
    }
  }
  const closeWhenIdle = (): void => {
    if (isClosing && underWay === 0) {
      isClosing = false
      close(fd, () => undefined)
    }
  }
  const syncAll = async (): Promise<void> => {
    if (failure !== undefined) throw failure
    try {
      await dataSynced(fd)
      if (!isDirectorySynced) await syncDirectory(directory)
      isDirectorySynced = true
    } catch (error) {
      failure = error
      throw error
    }
  }
  const startSync = (): Promise<void> => {
    const started = during(syncAll()).finally(() => {
      if (syncing === started) syncing = undefined
    })
    syncing = started
    return started
  }

  return {
    number,
    size: () => fstatSync(fd).size,
    read: (from, to = fstatSync(fd).size) => {
      const bytes = Buffer.allocUnsafe(Math.max(0, to - from))
      let length = 0
      for (;;) {
        const got =
          length < bytes.length ? readSync(fd, bytes, length, bytes.length - length, from + length) : 0
        if (got === 0) return bytes.subarray(0, length)
        length += got
      }
    },
    append: async bytes => {
      const { bytesWritten } = await during(written(fd, bytes, 0, bytes.length, null))
      if (bytesWritten < bytes.length)
        throw new Error(`only ${bytesWritten} of ${bytes.length} bytes were taken`)
    },
    sync: () => {
      if (syncing === undefined) return startSync()
      // What is under way began before the caller's bytes came, or may have.
      nextSync ??= during(
        syncing
          .catch(() => undefined)
          .then(() => {
            nextSync = undefined
            return startSync()
          }),
      )
      return nextSync
    },
    close: () => {
      isClosing = true
      closeWhenIdle()
    },
  }
}

function pathOf(directory: string, number: number): string {
  return join(directory, `journal-${String(number).padStart(10, '0')}`)
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}

function openError(directory: string, error: unknown): unknown {
  if (error instanceof EverportError) return error
  if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) {
    return new EverportError('state_error', `the store in ${directory} cannot be opened: permission denied`, {
      hint: `run as the user who owns it, or give it to this one: sudo chown -R ${process.getuid?.() ?? '"$USER"'} '${directory}'`,
      cause: error,
    })
  }
  return new EverportError(
    'state_error',
    `the store in ${directory} cannot be opened: ${(error as Error).message}`,
    {
      hint: 'the path must be a directory on a local disk with free space; choose another state folder if it is not',
      cause: error,
    },
  )
}
