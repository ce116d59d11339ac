import { closeSync, constants, existsSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Heartbeat, Heartbeats } from './heartbeats.ts'

/** CRC-32 (8 hex digits), heartbeat and revision (14 each): one write of a few bytes, which a reader sees whole or by its sum not to be. */
const recordBytes = 8 + 14 + 14
/** A reader that meets a writer looks again; two writes never come so soon one after the other. */
const looksMax = 3

export interface JournalHeartbeats extends Heartbeats {
  close(): void
}

/**
 * Beside the journal, a small file for each owner, overwritten in place: what beats costs no journal its length and no reader a look.
 *
 * Files are opened by their names at every beat and every look, for they come and go. The last one stays open: when the whole store is taken away, its
 * processes go on hearing each other in it, as they do by a journal without a name, and make nothing anew that somebody wanted gone.
 */
export function journalHeartbeats(directory: string): JournalHeartbeats {
  const folder = join(directory, 'heartbeats')
  const paths = new Map<string, string>()
  const [written, read] = [new Map<string, number>(), new Map<string, number>()]
  const record = Buffer.alloc(recordBytes)
  const pathOf = (key: string): string => {
    const path = paths.get(key) ?? join(folder, encodeURIComponent(key))
    paths.set(key, path)
    return path
  }

  const toWrite = (key: string): number | undefined => {
    const open = (): number | undefined => opened(pathOf(key), constants.O_WRONLY | constants.O_CREAT)
    let fd = open()
    if (fd === undefined) {
      makeFolder(folder)
      fd = open()
    }
    return fd === undefined ? written.get(key) : keep(written, key, fd)
  }
  const toRead = (key: string): number | undefined => {
    const fd = opened(pathOf(key), constants.O_RDONLY)
    if (fd !== undefined) return keep(read, key, fd)
    if (existsSync(folder)) letGo(read, key)
    return read.get(key)
  }

  return {
    beat(key, heartbeat) {
      const fd = toWrite(key)
      if (fd === undefined) return
      try {
        writeSync(fd, recordOf(heartbeat), 0, recordBytes, 0)
      } catch {
        // One that is missed.
      }
    },
    last(key) {
      const fd = toRead(key)
      return fd === undefined ? undefined : readFrom(fd, record)
    },
    end(key) {
      letGo(written, key)
      letGo(read, key)
      try {
        rmSync(pathOf(key), { force: true })
        paths.delete(key)
      } catch {
        // Its last beat stands still, which says the same a little later.
      }
    },
    close() {
      for (const files of [written, read]) for (const key of files.keys()) letGo(files, key)
    },
  }
}

function opened(path: string, flags: number): number | undefined {
  try {
    return openSync(path, flags, 0o600)
  } catch {
    return undefined
  }
}

/** At the first beat, and when it was taken away; never the store itself, which somebody wanted gone. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch {
    // Another process was first, or the store is gone.
  }
}

function keep(files: Map<string, number>, key: string, fd: number): number {
  letGo(files, key)
  files.set(key, fd)
  return fd
}

function letGo(files: Map<string, number>, key: string): void {
  const fd = files.get(key)
  if (fd === undefined) return
  files.delete(key)
  closeSync(fd)
}

function readFrom(fd: number, record: Buffer): Heartbeat | undefined {
  try {
    for (let looks = 0; looks < looksMax; looks++) {
      if (readSync(fd, record, 0, recordBytes, 0) < recordBytes) return undefined
      const found = heartbeatOf(record.toString('latin1'))
      if (found !== undefined) return found
    }
  } catch {
    // What cannot be read says nothing.
  }
  return undefined
}

function recordOf({ heartbeat, appliedRevision }: Heartbeat): Buffer {
  const content = `${hex(heartbeat)}${hex(appliedRevision)}`
  return Buffer.from(`${crc32(content).toString(16).padStart(8, '0')}${content}`, 'latin1')
}

function heartbeatOf(text: string): Heartbeat | undefined {
  const content = text.slice(8)
  if (Number.parseInt(text.slice(0, 8), 16) !== crc32(content)) return undefined
  return {
    heartbeat: Number.parseInt(content.slice(0, 14), 16),
    appliedRevision: Number.parseInt(content.slice(14), 16),
  }
}

/** Of a whole number below 2 ** 53. */
function hex(n: number): string {
  return n.toString(16).padStart(14, '0')
}
