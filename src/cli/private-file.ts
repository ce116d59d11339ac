import { renameSync, writeFileSync } from 'node:fs'

/** For its owner alone. Replaces the file in one step, so that a reader never sees half of it. */
export function writePrivate(path: string, text: string): void {
  const temporary = `${path}.new`
  writeFileSync(temporary, text, { mode: 0o600 })
  renameSync(temporary, path)
}
