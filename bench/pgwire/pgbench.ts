import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { percentile } from '../report.ts'
import type { Where } from './count-bytes.ts'

export interface Throughput {
  readonly perSecond: number
  readonly p99Ms: number
}

const run = promisify(execFile)

/** Time begins before the logins, and the rate after them; on a busy machine so many are made for certain. */
const loginsPerSecond = 64

/** So many clients, each of which asks again as soon as it has its answer. Times of single answers are pgbench's own. */
export async function pgbench(
  program: string,
  { at, user, password, database }: Where,
  load: { readonly sql: string; readonly clients: number; readonly seconds: number; readonly mode: string },
): Promise<Throughput> {
  const folder = mkdtempSync(join(tmpdir(), 'everport-pgbench-'))
  try {
    const script = join(folder, 'script.sql')
    writeFileSync(script, `${load.sql};\n`)
    const args = ['--no-vacuum', '--file', script, '--protocol', load.mode, '--log']
    args.push('--client', String(load.clients), '--jobs', '1')
    args.push('--time', String(load.seconds + Math.ceil(load.clients / loginsPerSecond)))
    args.push('--host', at.address, '--port', String(at.port), '--username', user, database)
    const env = { ...process.env, PGPASSWORD: password, PGSSLMODE: 'disable' }
    const { stdout } = await run(program, args, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 })
    const perSecond = Number(/tps = ([\d.]+)/.exec(stdout)?.[1])
    if (!Number.isFinite(perSecond))
      throw new Error(`pgbench measured nothing in ${load.seconds} s:\n${stdout}`)
    return { perSecond, p99Ms: percentile(latencies(folder), 99) / 1_000 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** In microseconds, sorted. A line is: client, number, time, script, … */
function latencies(folder: string): number[] {
  const lines = readdirSync(folder)
    .filter(name => name.startsWith('pgbench_log'))
    .flatMap(name => readFileSync(join(folder, name), 'latin1').split('\n'))
  return lines
    .filter(line => line !== '')
    .map(line => Number(line.split(' ')[2]))
    .toSorted((a, b) => a - b)
}
