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
  const waiting: Waiting[] = []
  let over: string | undefined

  const settle = (): Waiting | undefined => {
    const settled = waiting.shift()
    clearTimeout(settled?.timer)
    return settled
  }
  const end = (why: string): void => {
    if (over !== undefined) return
    over = why
    child.kill('SIGKILL')
    while (waiting.length > 0) settle()?.reject(new Error(why))
  }
  const hear = (line: string): void => {
    const [first] = waiting
    const at = first === undefined ? -1 : line.indexOf(first.beginning)
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
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => end(`${program} did not answer within ${answerMsMax} ms`), answerMsMax)
        waiting.push({ beginning, timer, resolve, reject })
        // Those that are asked in one go arrive in one go.
        child.stdin.cork()
        child.stdin.write(`${question}\n`)
        process.nextTick(() => child.stdin.uncork())
      })
    },
    close: () => end('closed'),
  }
}
