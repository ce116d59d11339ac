import { EverportError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { type OutputFormat, parseFormat } from './options.ts'

/** A line that begins with a backslash: for the shell, not for the server. */
export type Command =
  | { readonly kind: 'quit' }
  | { readonly kind: 'help' }
  | { readonly kind: 'list'; readonly what: 'all' | 'tables' | 'views' }
  | { readonly kind: 'describe'; readonly name: string }
  /** Undefined: the other of on and off. */
  | { readonly kind: 'timing'; readonly on: boolean | undefined }
  | { readonly kind: 'expanded'; readonly on: boolean | undefined }
  | { readonly kind: 'format'; readonly format: OutputFormat }
  | { readonly kind: 'null'; readonly text: string }
  | { readonly kind: 'conninfo' }
  | { readonly kind: 'watch'; readonly intervalMs: number }

export const commandHelp = `  \\d                list views and tables
  \\d NAME           the columns of one of them
  \\dv  \\dt          list only views, only tables
  \\x [on|off]       one line a column instead of one line a row
  \\format FORMAT    table, csv or json
  \\null TEXT        what NULL looks like in a table
  \\timing [on|off]  show how long a statement took
  \\watch [SECONDS]  run the last statement again and again (default 2) until Ctrl-C
  \\conninfo         which node answers
  \\q                quit (or Ctrl-D)

A statement ends with a semicolon and may take several lines. Tab completes names.
Ctrl-C cancels what runs, or drops what is typed.
`

type ReadCommand = (argument: string) => Command

const readers: Readonly<Record<string, ReadCommand>> = {
  q: () => ({ kind: 'quit' }),
  '?': () => ({ kind: 'help' }),
  h: () => ({ kind: 'help' }),
  d: name => (name === '' ? { kind: 'list', what: 'all' } : { kind: 'describe', name }),
  dt: () => ({ kind: 'list', what: 'tables' }),
  dv: () => ({ kind: 'list', what: 'views' }),
  timing: argument => ({ kind: 'timing', on: readSwitch('timing', argument) }),
  x: argument => ({ kind: 'expanded', on: readSwitch('x', argument) }),
  format: argument => ({ kind: 'format', format: parseFormat(argument) }),
  null: text => ({ kind: 'null', text }),
  conninfo: () => ({ kind: 'conninfo' }),
  watch: argument => ({ kind: 'watch', intervalMs: readSeconds(argument) * 1000 }),
}

export const commandNames: readonly string[] = Object.keys(readers).map(name => `\\${name}`)

/** Throws 'invalid_input' that says what was expected. A semicolon at the end is a habit, not a mistake. */
export function parseCommand(line: string): Command {
  const found = /^\\(\S+?);?(?:\s+(.*?)\s*;?)?$/.exec(line.trim())
  const [, name = '', argument = ''] = found ?? []
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined
  if (reader !== undefined) return reader(argument)
  const near = nearest(name, Object.keys(readers))
  throw new EverportError('invalid_input', `unknown command ${line.trim()}`, {
    hint: near === undefined ? '\\? lists the commands' : `\\${near} (\\? lists all commands)`,
  })
}

function readSwitch(command: string, argument: string): boolean | undefined {
  if (argument === '') return undefined
  if (argument === 'on') return true
  if (argument === 'off') return false
  throw new EverportError('invalid_input', `\\${command}: expected on or off, found ${argument}`)
}

function readSeconds(argument: string): number {
  if (argument === '') return 2
  const seconds = Number(argument)
  if (seconds >= 0.1 && seconds <= 86_400) return seconds
  throw new EverportError('invalid_input', `\\watch: expected 0.1 … 86400 seconds, found ${argument}`)
}
