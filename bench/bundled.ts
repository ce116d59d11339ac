import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

/**
 * A child process's file, bundled as the program is (scripts/build.mjs): what loads TypeScript as it comes gives every function its name anew each
 * time that one is made, and that is a tenth of what a connection through sockets costs. `file` is beside this one or below; gone with the benchmark.
 */
export async function bundled(t: { after(task: () => void): void }, file: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-bench-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const outfile = join(folder, 'child.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
  })
  return pathToFileURL(outfile).href
}
