import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProgramResult, Programs } from '../base/programs.ts'
import { converseWith } from './converse-program.ts'
import { followProgram } from './follow-program.ts'

/** Of what a program prints; one that prints more is ended. */
const outputBytesMax = 256 * 1024 * 1024
/** One that takes longer is ended. */
const runTimeMsMax = 30_000

/** Messages in English, whatever the terminal of whoever started us. */
const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }

/** Programs of the operating system. */
export const systemPrograms: Programs = {
  run,
  follow: (program, args, hears) => followProgram(program, args, environment, hears),
  converse: (program, args) => converseWith(program, args, environment),
}

function run(program: string, args: readonly string[], input?: string): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const file = input === undefined ? undefined : openWhole(input)
    const child = spawn(program, args, {
      stdio: [file ?? 'ignore', 'pipe', 'pipe'],
      timeout: runTimeMsMax,
      killSignal: 'SIGKILL',
      env: environment,
    })
    if (file !== undefined) closeSync(file)
    const said = { output: [] as Buffer[], errors: [] as Buffer[] }
    let bytes = 0
    const hear = (into: Buffer[]) => (data: Buffer) => {
      bytes += data.length
      if (bytes > outputBytesMax) child.kill('SIGKILL')
      else into.push(data)
    }
    child.stdout?.on('data', hear(said.output))
    child.stderr?.on('data', hear(said.errors))
    child.once('error', reject)
    child.once('close', code =>
      resolve({
        code: code ?? undefined,
        output: Buffer.concat(said.output).toString(),
        errors: Buffer.concat(said.errors).toString(),
      }),
    )
  })
}

/** A file that nobody else can open, with the text in it. */
function openWhole(text: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'everport-'))
  try {
    const path = join(folder, 'input')
    writeFileSync(path, text, { mode: 0o600 })
    return openSync(path, 'r')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
