import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { nextToken } from '../../sql/statements/lexer.ts'
import { complete, type Names, noNames } from './completion.ts'
import { type Executor, errorText } from './executor.ts'
import { type History, historyEntriesMax, isSecret } from './history.ts'
import { namesStatement } from './listing.ts'
import type { SqlSession } from './sql-session.ts'
import { StatementReader } from './statement-reader.ts'

export interface ShellOptions {
  readonly input: Readable
  /** The terminal on which lines are edited. */
  readonly screen: Writable
  readonly session: SqlSession
  readonly executor: Executor
  readonly history: History
  readonly tell: (text: string) => void
  readonly database: string
}

/** Lines typed or pasted ahead; more are left in the terminal. */
const waitingLinesMax = 10_000
const clearLine = '\r\x1b[K'

/** Reads, runs and shows until the user leaves. */
export function runShell(options: ShellOptions): Promise<void> {
  return new Shell(options).run()
}

class Shell {
  readonly #options: ShellOptions
  readonly #reader = new StatementReader()
  readonly #lines: string[] = []
  readonly #readline: Interface
  #names: Names = noNames
  #isBusy = false
  #isInterrupted = false
  #isClosed = false
  #finish: () => void = () => undefined
  #remembered: string[] = []

  constructor(options: ShellOptions) {
    this.#options = options
    this.#readline = createInterface({
      input: options.input,
      output: options.screen,
      terminal: true,
      history: [...options.history.entries].map(oneLine),
      historySize: historyEntriesMax,
      completer: (line: string) => complete(line, options.session.isRunning ? noNames : this.#names),
    })
    // Statements, not lines, are remembered: see #remember.
    this.#readline.on('history', entries => {
      this.#remembered = entries
      entries.shift()
    })
  }

  async run(): Promise<void> {
    const finished = new Promise<void>(resolve => {
      this.#finish = resolve
    })
    const { session } = this.#options
    this.#readline.on('line', line => this.#take(line))
    this.#readline.on('SIGINT', () => this.#interrupt())
    this.#readline.on('close', () => {
      this.#isClosed = true
      if (!this.#isBusy) this.#finish()
    })
    session.onIdleLoss = () => void this.#busy(() => this.#comeBack())
    await this.#busy(() => this.#loadNames())
    await finished
  }

  #take(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length >= waitingLinesMax) this.#readline.pause()
    if (!this.#isBusy) void this.#busy(() => this.#runLines())
  }

  /** One thing at a time; the prompt comes back when nothing is left to do. */
  async #busy(task: () => Promise<void>): Promise<void> {
    this.#isBusy = true
    this.#isInterrupted = false
    try {
      await task()
      await this.#runLines()
    } finally {
      this.#isBusy = false
      if (this.#isClosed) this.#finish()
      else this.#prompt()
    }
  }

  async #runLines(): Promise<void> {
    for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
      const typed = this.#reader.isPending ? `${this.#reader.pendingText}\n${line}` : line
      for (const input of this.#feed(line)) {
        const outcome = await this.#options.executor.execute(input)
        if (outcome === 'quit') {
          this.#lines.length = 0
          return this.#readline.close()
        }
        if (/^(create|drop|alter|attach|detach|use)\b/i.test(input.text)) await this.#loadNames()
        // What was pasted after a statement that failed was meant for its success.
        if (outcome !== 'done' || this.#isInterrupted) this.#lines.length = 0
      }
      if (!this.#reader.isPending) this.#remember(typed)
    }
  }

  #feed(line: string): ReturnType<StatementReader['feed']> {
    try {
      return this.#reader.feed(line)
    } catch (error) {
      this.#options.tell(errorText(error, undefined))
      return []
    }
  }

  /** Ctrl-C: drops what is typed; cancels what runs; the second time, hangs up on a server that does not listen. */
  #interrupt(): void {
    const { session, executor, screen, tell } = this.#options
    if (!this.#isBusy) {
      // What was typed stays to be read, on a line that is done with.
      this.#readline.write(null, { ctrl: true, name: 'e' })
      screen.write('^C\n')
      this.#readline.write(null, { ctrl: true, name: 'u' })
      this.#reader.reset()
      return this.#prompt()
    }
    this.#lines.length = 0
    if (this.#isInterrupted && session.isRunning) {
      tell('the server did not cancel: hanging up\n')
      return session.hangUp()
    }
    this.#isInterrupted = true
    executor.interrupt().catch((error: unknown) => tell(errorText(error, undefined)))
  }

  async #comeBack(): Promise<void> {
    const { session, screen, tell } = this.#options
    screen.write(clearLine)
    // What was typed ahead was meant for the transaction that is gone.
    if (session.connection?.transactionStatus !== 'I') this.#lines.length = 0
    try {
      await session.reconnect()
    } catch (error) {
      tell(errorText(error, undefined))
    }
  }

  /** Best effort: without names, Tab completes less. */
  async #loadNames(): Promise<void> {
    const { session } = this.#options
    if (session.connection?.transactionStatus !== 'I') return
    try {
      const { rows } = await session.collect(namesStatement)
      this.#names = { tables: distinct(rows.map(row => row[0])), columns: distinct(rows.map(row => row[1])) }
    } catch {
      this.#names = noNames
    }
  }

  #remember(typed: string): void {
    const entry = typed.trimEnd()
    if (entry.trim() === '') return
    const remembered = this.#remembered
    const shown = oneLine(entry)
    if (remembered[0] !== shown) remembered.unshift(shown)
    if (remembered.length > historyEntriesMax) remembered.length = historyEntriesMax
    if (!isSecret(entry)) this.#options.history.add(entry)
  }

  #prompt(): void {
    const { session, database } = this.#options
    const status = session.connection?.lost === undefined ? session.connection?.transactionStatus : undefined
    const mark = status === undefined ? '?' : { I: '', T: '*', E: '!' }[status]
    this.#readline.setPrompt(`${database}${this.#reader.isPending ? '-' : '='}${mark}> `)
    this.#readline.prompt(true)
  }
}

function distinct(values: readonly (string | null | undefined)[]): string[] {
  return [...new Set(values.filter(value => typeof value === 'string'))]
}

/** A statement on one line, since the line editor shows no others; as it is when a line end lies in a text or ends a comment. */
function oneLine(entry: string): string {
  if (!entry.includes('\n')) return entry
  if (entry.includes('--')) return entry
  try {
    for (let token = nextToken(entry, 0); token !== undefined; token = nextToken(entry, token.end))
      if (entry.slice(token.start, token.end).includes('\n')) return entry
    return entry.replace(/\s*\n\s*/g, ' ')
  } catch {
    return entry
  }
}
