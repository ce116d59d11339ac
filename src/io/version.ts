import { readFileSync } from 'node:fs'

/** The package's version; the package file stands one folder above the built program and two above this source. */
export function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string }).version
    } catch {
      // Not here; the other place has it.
    }
  }
  return 'unknown'
}
