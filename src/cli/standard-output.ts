import { isSystemError, systemErrorText } from './system-error.ts'

/**
 * What becomes of a command whose output nobody takes.
 *
 * | who | reader gone (`| head`) | disk full |
 * |---|---|---|
 * | `up` and the roles | go on: what they are for is not their output | go on |
 * | `sql` | ends by itself, and logs out | ends, exit code 2 |
 * | others | end as if all had been read | end, exit code 2 |
 */
export type OutputUse = 'unneeded' | 'ends-itself' | 'needed'

/** Without a listener an error of standard output ends the process, with a stack that tells the user nothing. */
export function guardStandardOutput(use: OutputUse): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (use === 'unneeded') return
      if (error.code !== 'EPIPE') {
        if (stream === process.stdout)
          process.stderr.write(`error: the output cannot be written: ${reason(error)}\n`)
        process.exit(2)
      }
      if (use === 'needed') process.exit()
    })
  }
}

function reason(error: Error): string {
  return isSystemError(error) ? systemErrorText(error) : error.message
}
