import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { EverportError } from '../base/errors.ts'

/** The text of a file, or undefined when there is none. Any other failure is a `file_error`. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new EverportError('file_error', `cannot read ${path}`, { cause: error })
  }
}

/**
 * Writes a file, for its owner alone, where there is none: of two that do so at once the first wins, and a reader never sees half of it. A
 * link is all there or not there, and never replaces another's.
 */
export function placeOnce(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, text, { mode: 0o600 })
  try {
    linkSync(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** Writes a file for its owner alone. What was there is replaced in one step, so that a reader never sees half of it. */
export function writePrivate(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, text, { mode: 0o600 })
  renameSync(temporary, path)
}
