import { closeSync, constants, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Heartbeat, Heartbeats } from './heartbeats.ts'

/** CRC-32 (8 hex digits), heartbeat and revision (14 each): one write of a few bytes, which a reader sees whole or by its sum not to be. */
const recordBytes = 8 + 14 + 14
/** A reader that meets a writer looks again; two writes never come so soon one after the other. */
const looksMax = 3

/** Beside the journal, a small file for each owner, overwritten in place: what beats costs no journal its length and no reader a look. */
export function journalHeartbeats(directory: string): Heartbeats {
  const folder = join(directory, 'heartbeats')
  const paths = new Map<string, string>()
  const pathOf = (key: string): string => {
    const known = paths.get(key)
    if (known !== undefined) return known
    const path = join(folder, encodeURIComponent(key))
    paths.set(key, path)
    return path
  }
  const record = Buffer.alloc(recordBytes)

  const write = (key: string, heartbeat: Heartbeat): void => {
    const fd = openSync(pathOf(key), constants.O_WRONLY | constants.O_CREAT, 0o600)
    try {
      writeSync(fd, recordOf(heartbeat), 0, recordBytes, 0)
    } finally {
      closeSync(fd)
    }
  }
  const read = (fd: number): Heartbeat | undefined => {
    for (let looks = 0; looks < looksMax; looks++) {
      if (readSync(fd, record, 0, recordBytes, 0) < recordBytes) return undefined
      const found = heartbeatOf(record.toString('latin1'))
      if (found !== undefined) return found
    }
    return undefined
  }

  return {
    beat(key, heartbeat) {
      try {
        write(key, heartbeat)
      } catch {
        // The first beat makes the folder, as does the next one when it was taken away; never the store itself, which somebody wanted gone.
        try {
          mkdirSync(folder, { mode: 0o700 })
          write(key, heartbeat)
        } catch {}
      }
    },
    last(key) {
      let fd: number | undefined
      try {
        fd = openSync(pathOf(key), constants.O_RDONLY)
        return read(fd)
      } catch {
        return undefined
      } finally {
        if (fd !== undefined) closeSync(fd)
      }
    },
    end(key) {
      try {
        rmSync(pathOf(key), { force: true })
        paths.delete(key)
      } catch {
        // Its last beat stands still, which says the same a little later.
      }
    },
  }
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
