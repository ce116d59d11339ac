import { readFileSync } from 'node:fs'

/** Where the limit cannot be read: what macOS gives a process at least. */
const openFilesMaxDefault = 10_240

/** How many files this process may hold open. Node raises its own limit to the hard one when it starts. */
export function openFilesMax(): number {
  try {
    const found = /^Max open files\s+\d+\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1'))
    return found?.[1] === 'unlimited' ? 1_048_576 : Number(found?.[1] ?? openFilesMaxDefault)
  } catch {
    return openFilesMaxDefault
  }
}
