import type { Readable } from 'node:stream'
import { EverportError } from '../../base/errors.ts'
import type { Executor, Outcome } from './executor.ts'
import { type Input, StatementReader, statementLengthMax } from './statement-reader.ts'

/** Runs what a file or pipe holds, statement by statement as it arrives, up to the first one that fails. */
export async function runScript(
  source: Readable,
  executor: Executor,
  tell: (text: string) => void,
): Promise<Outcome> {
  const reader = new StatementReader()
  let lineNumber = 0
  const run = async (inputs: readonly Input[]): Promise<Outcome> => {
    for (const input of inputs) {
      const outcome = await executor.execute(input)
      if (outcome === 'refused' || outcome === 'disconnected') tell(`stopped at line ${lineNumber}\n`)
      if (outcome !== 'done') return outcome
    }
    return 'done'
  }
  for await (const line of linesOf(source)) {
    lineNumber++
    const outcome = await run(reader.feed(line))
    if (outcome !== 'done') return outcome
  }
  return run(reader.finish())
}

/** Lines without their ends. One that is longer than a statement may be is refused before it fills the memory. */
async function* linesOf(source: Readable): AsyncGenerator<string> {
  source.setEncoding('utf8')
  let rest = ''
  for await (const chunk of source as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > statementLengthMax)
      throw new EverportError(
        'statement_too_complex',
        `a line has more than ${statementLengthMax} characters`,
      )
    for (const line of lines) yield line.replace(/\r$/, '')
  }
  if (rest !== '') yield rest
}
