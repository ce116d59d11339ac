import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { EverportError } from '../../base/errors.ts'
import type { Catalog } from './catalog.ts'
import { catalogError } from './catalog-mistake.ts'
import { type FileKind, readCatalog } from './read-catalog.ts'

const catalogBytesMax = 16 * 1024 * 1024

/** Reads a catalog file from disk; rejects with an EverportError that tells every mistake in it. */
export async function loadCatalog(path: string): Promise<Catalog> {
  const file = resolve(path)
  const { catalog, mistakes } = readCatalog(await readText(file), file, fileKind)
  if (catalog === undefined) throw catalogError(mistakes)
  return catalog
}

async function readText(file: string): Promise<string> {
  try {
    if (statSync(file).size > catalogBytesMax) {
      throw new EverportError(
        'limit_exceeded',
        `the catalog file ${file} is larger than ${catalogBytesMax} bytes`,
      )
    }
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof EverportError) throw error
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    throw new EverportError('file_error', `cannot read the catalog file ${file} (${code})`, {
      hint: 'check `catalogFile` in the topology file',
      cause: error,
    })
  }
}

function fileKind(path: string): FileKind {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return 'missing'
  return found.isDirectory() ? 'folder' : 'file'
}
