import { spawn } from 'node:child_process'
import type { Conversation } from '../base/programs.ts'
import { lineSplitter } from './follow-program.ts'

/** One that is silent for so long will not answer. */
const answerMsMax = 5_000
/** Of an answer; a longer one is none. */
const answerBytesMax = 64 * 1024 * 1024

interface Waiting {
  readonly beginning: string
  readonly timer: NodeJS.Timeout
  resolve(answer: string): void
  reject(error: Error): void
}

export function converseWith(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Conversation {
  // A Ctrl-C in the terminal is not meant for it.
  const child = spawn(program, args, { stdio: 'pipe', env: environment, detached: true })
  let waiting: Waiting | undefined
  let over: string | undefined

  const settle = (): Waiting | undefined => {
    const settled = waiting
    waiting = undefined
    clearTimeout(settled?.timer)
    return settled
  }
  const end = (why: string): void => {
    if (over !== undefined) return
    over = why
    child.kill('SIGKILL')
    settle()?.reject(new Error(why))
  }
  const hear = (line: string): void => {
    const at = waiting === undefined ? -1 : line.indexOf(waiting.beginning)
    if (at >= 0) settle()?.resolve(line.slice(at))
  }

  child.stdout.on('data', lineSplitter(hear, answerBytesMax))
  child.stderr.on('data', (data: Buffer) => end(data.toString().trim()))
  child.stdin.on('error', () => undefined)
  child.once('error', error => end(error.message))
  child.once('close', () => end(`${program} ended and did not say why`))

  return {
    ask(question, beginning) {
      if (over !== undefined) return Promise.reject(new Error(over))
      if (waiting !== undefined) return Promise.reject(new Error(`${program} has not answered yet`))
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => end(`${program} did not answer within ${answerMsMax} ms`), answerMsMax)
        waiting = { beginning, timer, resolve, reject }
        child.stdin.write(`${question}\n`)
      })
    },
    close: () => end('closed'),
  }
}
