import { rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/**
 * A child process's file, bundled as the program is (scripts/build.mjs): what loads TypeScript as it comes gives every function its name anew each
 * time that one is made, and that is a tenth of what a connection through sockets costs. `file` is beside this one or below; gone with the benchmark.
 */
export async function bundled(t: { after(task: () => void): void }, file: string): Promise<string> {
  // Below the packages, so that it finds them.
  const outfile = join(import.meta.dirname, '../dist', `bench-${basename(file, '.ts')}-${process.pid}.mjs`)
  t.after(() => rmSync(outfile, { force: true }))
  await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
  })
  return outfile
}
