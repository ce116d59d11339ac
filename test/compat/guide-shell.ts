import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GuideBlock } from './guide-blocks.ts'

/** One shell in which the blocks of a document run one after another, as somebody would paste them. */
export interface GuideShell {
  /** What a block printed. Rejects, with all of that, when one of its commands failed or it took too long. */
  run(block: GuideBlock): Promise<string>
  close(): void
}

/** `command` starts bash. Blocks are written to files of `folder`, where it runs. */
export function guideShell(
  command: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>>,
  blockTimeoutMs: number,
): GuideShell {
  const [program = 'bash', ...args] = command
  const shell = spawn(program, args, { cwd: folder, env: { ...process.env, ...environment }, stdio: 'pipe' })
  let printed = ''
  let heard: () => void = () => undefined
  const hear = (data: Buffer): void => {
    printed += data.toString()
    heard()
  }
  shell.stdout.on('data', hear)
  shell.stderr.on('data', hear)
  shell.on('exit', () => heard())
  // What a command fails with ends the shell, so that nothing goes on from there.
  shell.stdin.write('set -euo pipefail\n')

  return {
    run(block) {
      const file = join(folder, `block-${block.line}.sh`)
      const mark = `-- block ${block.line} done --`
      writeFileSync(file, block.commands)
      printed = ''
      return new Promise((resolve, reject) => {
        const fail = (why: string): void => {
          reject(
            new Error(
              `the commands from line ${block.line} on ${why}:\n${block.commands}\nprinted:\n${printed}`,
            ),
          )
        }
        const deadline = setTimeout(() => fail(`took longer than ${blockTimeoutMs} ms`), blockTimeoutMs)
        heard = () => {
          const isDone = printed.includes(mark)
          if (!isDone && !hasEnded(shell)) return
          clearTimeout(deadline)
          if (isDone) resolve(printed.slice(0, printed.indexOf(mark)))
          else fail('failed')
        }
        shell.stdin.write(`source ${file}; echo '${mark}'\n`)
        heard()
      })
    },
    close: () => void shell.kill('SIGKILL'),
  }
}

function hasEnded(shell: ChildProcess): boolean {
  return shell.exitCode !== null || shell.signalCode !== null
}
