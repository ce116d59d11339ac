import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Key, open, type RangeOptions } from 'lmdb'
import { EverportError } from '../base/errors.ts'
import { type Database, formatKey, formatVersion, revisionKey } from './lmdb-file.ts'
import { headerFault } from './lmdb-header.ts'

/** Address space, not disk: room to grow without mapping the file anew. lmdb takes more when it is used up. */
const mapBytes = 4 * 2 ** 30
/** A process takes one or two. Killed processes leave theirs until the next check. */
const readersMax = 512

/** Opens or makes the database in `directory`. Rejects with one EverportError 'state_error' that says what to do. */
export async function openDatabase(directory: string): Promise<Database> {
  const database = openFile(directory)
  try {
    await checkFormat(database, directory)
  } catch (error) {
    await database.close()
    throw error
  }
  return database
}

function openFile(directory: string): Database {
  const file = join(directory, 'data.mdb')
  const options = {
    encoding: 'string',
    keyEncoding: 'binary',
    useVersions: true,
    noSubdir: false,
    overlappingSync: true,
    // With it lmdb makes a promise that nobody can catch: a full disk would end the process.
    eventTurnBatching: false,
    mapSize: mapBytes,
    maxReaders: readersMax,
    // Missing in lmdb's types.
    permissionsMode: 0o600,
  } as const
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const fault = existsSync(file) ? headerFault(file) : undefined
    if (fault !== undefined) throw unusable(file, fault)
    return open<string, Uint8Array>(directory, options)
  } catch (error) {
    throw error instanceof EverportError ? error : openError(directory, error)
  }
}

/** A new database gets its format; one that another program made, or a newer Everport, is refused. */
async function checkFormat(database: Database, directory: string): Promise<void> {
  const all: RangeOptions & { start: Key } = { start: Buffer.from([0]), limit: 1 }
  if (database.get(formatKey) === undefined) {
    if (database.getKeysCount(all) > 0) throw unusable(directory, 'another program made it')
    await database.ifNoExists(formatKey, () => {
      void database.put(formatKey, JSON.stringify({ everport: 'store', format: formatVersion }), 0)
      void database.put(revisionKey, '0', 0)
    })
  }
  const format = formatOf(database.get(formatKey) ?? '')
  if (format === undefined) throw unusable(directory, 'its format is not readable')
  if (format === formatVersion) return
  throw new EverportError(
    'state_error',
    `the store in ${directory} has format ${format}; this Everport reads format ${formatVersion}`,
    { hint: 'use the newer Everport that wrote it, or another state folder' },
  )
}

function formatOf(text: string): number | undefined {
  try {
    const { format } = JSON.parse(text) as { format?: unknown }
    return typeof format === 'number' ? format : undefined
  } catch {
    return undefined
  }
}

function unusable(path: string, fault: string): EverportError {
  return new EverportError('state_error', `${path} is not a usable store: ${fault}`, {
    hint: 'move the directory away and start again, put back a copy of it, or choose another state folder',
  })
}

function openError(directory: string, error: unknown): EverportError {
  const { code, message } = error as { code?: string | number; message?: string }
  const isForbidden = code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 13 || code === 1
  if (isForbidden) {
    return new EverportError('state_error', `the store in ${directory} cannot be opened: permission denied`, {
      hint: `run as the user who owns it, or give it to this one: sudo chown -R ${process.getuid?.() ?? '"$USER"'} '${directory}'`,
      cause: error,
    })
  }
  return new EverportError('state_error', `the store in ${directory} cannot be opened: ${message}`, {
    hint: 'the path must be a directory on a local disk with free space; choose another state folder if it is not',
    cause: error,
  })
}
