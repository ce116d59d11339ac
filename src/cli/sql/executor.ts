import { unreachable } from '../../base/assert.ts'
import type { Clock } from '../../base/clock.ts'
import { EverportError, renderForTerminal } from '../../base/errors.ts'
import { formatEndpoint } from '../../base/network.ts'
import { isConnectionEnd, PostgresError } from '../../sql/client/postgres-error.ts'
import { visibleLines, visibleText } from '../text-width.ts'
import { type Command, commandHelp, parseCommand } from './command.ts'
import { reportText } from './error-text.ts'
import { describeStatement, listStatement } from './listing.ts'
import type { Destination } from './options.ts'
import { type Output, OutputClosed } from './output.ts'
import { type ResultStyle, resultWriter } from './result-writer.ts'
import type { SqlSession } from './sql-session.ts'
import type { Input } from './statement-reader.ts'

export type Outcome = 'done' | 'refused' | 'disconnected' | 'quit'

export interface ExecutorOptions {
  readonly session: SqlSession
  readonly output: Output
  /** Errors and notes, apart from results. */
  readonly tell: (text: string) => void
  readonly clock: Clock
  readonly destination: Destination
  readonly style: ResultStyle
  readonly timing: boolean
}

/** Does what was typed, in a shell or a script, and shows what comes of it. */
export class Executor {
  readonly #options: ExecutorOptions
  #style: ResultStyle
  #timing: boolean
  #lastStatement = ''
  #isInterrupted = false
  #endPause: () => void = () => undefined

  constructor(options: ExecutorOptions) {
    this.#options = options
    this.#style = options.style
    this.#timing = options.timing
  }

  execute(input: Input): Promise<Outcome> {
    this.#isInterrupted = false
    if (input.kind === 'command') return this.#guard(undefined, () => this.#command(input.text))
    this.#lastStatement = input.text
    return this.#timed(input.text)
  }

  /** Cancels what runs, and what would run next on its own. */
  async interrupt(): Promise<void> {
    this.#isInterrupted = true
    this.#endPause()
    if (this.#options.session.isRunning) await this.#options.session.cancel()
  }

  /** Shows whatever a user can be told; a mistake of the program goes on. */
  async #guard(statement: string | undefined, run: () => Promise<Outcome>): Promise<Outcome> {
    try {
      return await run()
    } catch (error) {
      if (error instanceof OutputClosed) return 'quit'
      this.#options.tell(errorText(error, statement))
      if (error instanceof EverportError)
        return error.code === 'connection_failure' ? 'disconnected' : 'refused'
      return isConnectionEnd(error) ? 'disconnected' : 'refused'
    }
  }

  async #statement(text: string): Promise<Outcome> {
    const { session, output } = this.#options
    await session.run(text, () => resultWriter(output, this.#style))
    return 'done'
  }

  /** A statement that the user gave: with its errors, and how long it took. */
  async #timed(text: string): Promise<Outcome> {
    const { clock, tell } = this.#options
    const startedAt = clock.now()
    const outcome = await this.#guard(text, () => this.#statement(text))
    if (this.#timing && outcome !== 'quit') tell(`Time: ${(clock.now() - startedAt).toFixed(3)} ms\n`)
    return outcome
  }

  async #command(line: string): Promise<Outcome> {
    const command = parseCommand(line)
    switch (command.kind) {
      case 'quit':
        return 'quit'
      case 'help':
        await this.#options.output.write(commandHelp)
        return 'done'
      case 'list':
        return this.#statement(listStatement(command.what))
      case 'describe':
        return this.#describe(command.name)
      case 'watch':
        return this.#watch(command.intervalMs)
      case 'conninfo':
        await this.#options.output.write(this.#connectionText())
        return 'done'
      case 'timing':
      case 'expanded':
      case 'format':
      case 'null':
        return this.#set(command)
      default:
        return unreachable(command)
    }
  }

  async #describe(name: string): Promise<Outcome> {
    const { session, output } = this.#options
    const result = await session.collect(describeStatement(name))
    if (result.rows.length === 0)
      throw new EverportError('undefined_table', `there is no view or table ${name}`, {
        hint: '\\d lists them',
      })
    const writer = resultWriter(output, this.#style)
    writer.columns(result.columns)
    await writer.rows(result.rows)
    await writer.complete(result.commandTag)
    return 'done'
  }

  async #watch(intervalMs: number): Promise<Outcome> {
    const statement = this.#lastStatement
    if (statement === '')
      throw new EverportError('invalid_input', '\\watch: there is no statement to run again', {
        hint: 'type the statement first, then \\watch',
      })
    while (!this.#isInterrupted) {
      const outcome = await this.#timed(statement)
      if (outcome !== 'done') return outcome
      await this.#pause(intervalMs)
    }
    return 'done'
  }

  #pause(delayMs: number): Promise<void> {
    if (this.#isInterrupted) return Promise.resolve()
    return new Promise(resolve => {
      const cancelTimer = this.#options.clock.after(delayMs, resolve)
      this.#endPause = () => {
        cancelTimer()
        resolve()
      }
    })
  }

  async #set(
    command: Extract<Command, { kind: 'timing' | 'expanded' | 'format' | 'null' }>,
  ): Promise<Outcome> {
    const say = (text: string): Promise<void> => this.#options.output.write(`${text}\n`)
    if (command.kind === 'timing') {
      this.#timing = command.on ?? !this.#timing
      await say(`Timing is ${this.#timing ? 'on' : 'off'}.`)
    } else if (command.kind === 'expanded') {
      const expanded = command.on ?? !this.#style.expanded
      this.#style = { ...this.#style, expanded }
      await say(`Expanded display is ${expanded ? 'on' : 'off'}.`)
    } else if (command.kind === 'format') {
      this.#style = { ...this.#style, format: command.format }
      await say(`Output format is ${command.format}.`)
    } else {
      this.#style = { ...this.#style, nullText: command.text }
      await say(`NULL is shown as "${visibleText(command.text)}".`)
    }
    return 'done'
  }

  #connectionText(): string {
    const { session, destination } = this.#options
    const { user, database, name } = destination
    const { connection, nodeName } = session
    if (connection === undefined || connection.lost !== undefined) return 'not connected\n'
    const node = nodeName === undefined ? '' : `, node ${visibleText(nodeName)}`
    const via = formatEndpoint(connection.at)
    return `connected to database "${database}" as user "${user}" through ${name} (${via})${node}\n`
  }
}

/** Any error as the user of a shell reads it. */
export function errorText(error: unknown, statement: string | undefined): string {
  if (error instanceof PostgresError) return reportText(error, statement)
  if (error instanceof EverportError) return `${visibleLines(renderForTerminal(error))}\n`
  if (isConnectionEnd(error) || isNamed(error, 'NoAddressAnswers'))
    return `error: ${visibleLines((error as Error).message)}\n`
  throw error
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name
}
