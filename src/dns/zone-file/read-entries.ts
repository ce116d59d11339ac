import { mistakesMax, type ZoneFileMistake } from './zone-file-mistake.ts'

/** One field as written, quotes and escapes included. */
export interface Token {
  readonly text: string
  readonly line: number
  readonly column: number
}

/** One record or directive: a line, or several within parentheses. */
export interface Entry {
  readonly tokens: readonly Token[]
  /** It begins with a blank: its owner is that of the record before. */
  readonly isIndented: boolean
}

export interface ReadEntries {
  readonly entries: readonly Entry[]
  readonly mistakes: readonly ZoneFileMistake[]
}

/** A quoted string, or a word whose end may be quoted (`alpn="h2"`), up to what ends a field. */
const tokenPattern = /"(?:[^"\\\n]|\\[^\n])*"|(?:[^\s"\\();]|\\[^\n])+(?:(?<==)"(?:[^"\\\n]|\\[^\n])*")?/uy

interface Reading {
  readonly text: string
  at: number
  line: number
  lineStart: number
}

/** Splits the text of a zone file (RFC 1035 section 5.1). An entry with a mistake is left out, and reading goes on behind its line. */
export function readEntries(source: string): ReadEntries {
  const reading: Reading = { text: source.replace(/^\uFEFF/, ''), at: 0, line: 1, lineStart: 0 }
  const entries: Entry[] = []
  const mistakes: ZoneFileMistake[] = []
  while (reading.at < reading.text.length && mistakes.length < mistakesMax) {
    const read = readEntry(reading)
    if ('message' in read) mistakes.push(read)
    else if (read.tokens.length > 0) entries.push(read)
  }
  return { entries, mistakes }
}

function readEntry(reading: Reading): Entry | ZoneFileMistake {
  const isIndented = /[ \t]/.test(reading.text[reading.at] ?? '')
  const tokens: Token[] = []
  const open: Token[] = []
  while (reading.at < reading.text.length) {
    const character = reading.text[reading.at]
    if (character === '\n') {
      nextLine(reading)
      if (open.length === 0) return { tokens, isIndented }
    } else if (character === ';') toLineEnd(reading)
    else if (character === '(') open.push(tokenHere(reading, '('))
    else if (character === ')') {
      const closing = tokenHere(reading, ')')
      if (open.pop() === undefined)
        return mistakeAt(reading, closing, 'a closing parenthesis without an opening one')
    } else if (/\s/.test(character ?? '')) reading.at++
    else {
      const token = readToken(reading)
      if ('message' in token) return token
      tokens.push(token)
    }
  }
  const [unclosed] = open
  return unclosed === undefined
    ? { tokens, isIndented }
    : mistakeAt(reading, unclosed, 'the parenthesis is never closed')
}

function readToken(reading: Reading): Token | ZoneFileMistake {
  tokenPattern.lastIndex = reading.at
  const text = tokenPattern.exec(reading.text)?.[0]
  const start = tokenHere(reading, text ?? reading.text[reading.at] ?? '')
  if (text === undefined)
    return mistakeAt(
      reading,
      start,
      start.text === '"' ? 'the quoted string is not closed on its line' : 'an escape without its character',
    )
  const next = reading.text[reading.at]
  if (next !== undefined && !/[\s();]/.test(next))
    return mistakeAt(
      reading,
      tokenHere(reading, next),
      `expected a blank before ${next}; write a quote within a word as \\"`,
    )
  return start
}

/** Moves past it. */
function tokenHere(reading: Reading, text: string): Token {
  const token = { text, line: reading.line, column: reading.at - reading.lineStart + 1 }
  reading.at += text.length
  return token
}

function mistakeAt(reading: Reading, { line, column }: Token, message: string): ZoneFileMistake {
  toLineEnd(reading)
  nextLine(reading)
  return { line, column, message }
}

function toLineEnd(reading: Reading): void {
  const end = reading.text.indexOf('\n', reading.at)
  reading.at = end < 0 ? reading.text.length : end
}

function nextLine(reading: Reading): void {
  reading.at++
  reading.line++
  reading.lineStart = reading.at
}
