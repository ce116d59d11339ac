import { execFileSync } from 'node:child_process'
import { fstat, mkdtempSync, openSync, read, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ParkedThreads } from './pool-threads.ts'

/**
 * Each read waits for a byte of a pipe into which nobody writes but `wake`. The process does not end while a read waits: libuv waits for its threads, also in
 * process.exit. Throws where no pipe can be made.
 */
export function parkedThreads(): ParkedThreads {
  const folder = mkdtempSync(join(tmpdir(), 'everport-threads-'))
  const path = join(folder, 'pipe')
  const pipe = ((): number => {
    try {
      // Node has no call for it.
      execFileSync('mkfifo', ['-m', '600', path], { stdio: 'ignore' })
      return openSync(path, 'r+')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })()
  return {
    park(count) {
      for (let i = 0; i < count; i++) read(pipe, Buffer.alloc(1), 0, 1, null, () => undefined)
    },
    wake: count => void writeSync(pipe, Buffer.alloc(count)),
    look: answered => fstat(pipe, answered),
  }
}
