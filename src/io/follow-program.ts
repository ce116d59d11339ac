import { spawn } from 'node:child_process'
import type { FollowedProgram, Following } from '../base/programs.ts'

/** Of a line; longer ones are left out. */
const lineBytesMax = 4_096
/** Of what a program says of its troubles, the last. */
const errorBytesMax = 1_024

/**
 * The program's life hangs on the shell's input, which closes when this process ends, by whatever: a program that waits for something
 * else would notice only when it next prints. The shell's own output is closed, so that the end of the output is the program's.
 */
const script = '"$@" & exec >&-; read -r _; kill -9 $! 2>/dev/null; wait $! 2>/dev/null'

export function followProgram(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  hears: FollowedProgram,
): Following {
  const child = spawn('/bin/sh', ['-c', script, 'sh', program, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environment,
    // A Ctrl-C in the terminal is not meant for it.
    detached: true,
  })
  const { stdin, stdout, stderr } = child
  let isOver = false
  let errors = ''
  const over = (): boolean => {
    const was = isOver
    isOver = true
    stdin.end()
    return !was
  }
  stdin.on('error', () => undefined)
  const lines = lineSplitter(text => {
    if (!isOver) hears.line(text)
  })
  stdout.on('data', lines)
  stderr.on('data', (data: Buffer) => {
    errors = (errors + data.toString()).slice(-errorBytesMax)
  })
  stdout.once('end', () => stdin.end())
  child.once('error', error => {
    if (over()) hears.ended(error.message)
  })
  child.once('close', () => {
    if (over()) hears.ended(errors.trim() || `${program} ended and did not say why`)
  })
  // The shell was killed: its program ends when it next prints.
  child.once('exit', () => void setImmediate(() => stdout.destroy()))
  return {
    pause: () => void stdout.pause(),
    resume: () => void stdout.resume(),
    stop() {
      over()
      // What a paused stream holds would keep the program, and us, from ending.
      stdout.destroy()
    },
  }
}

/** Gives whole lines of bytes that come in any pieces, without those that are longer. */
export function lineSplitter(hear: (line: string) => void, bytesMax = lineBytesMax): (data: Buffer) => void {
  let begun = ''
  let isTooLong = false
  return data => {
    const [first = '', ...others] = data.toString('latin1').split('\n')
    const last = others.pop()
    const add = (piece: string): void => {
      if (begun.length + piece.length > bytesMax) isTooLong = true
      begun = isTooLong ? '' : begun + piece
    }
    add(first)
    if (last === undefined) return
    if (!isTooLong) hear(begun)
    for (const line of others) if (line.length <= bytesMax) hear(line)
    begun = ''
    isTooLong = false
    add(last)
  }
}
