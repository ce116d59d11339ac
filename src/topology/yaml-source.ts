import { Composer, type Document, Lexer, Parser, type YAMLError } from 'yaml'
import { type Mistake, printable } from './mistakes.ts'
import { topologyFileLimits } from './topology-schema.ts'

/** Where in the text: offsets of the first character and after the last. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface YamlSource {
  readonly document: Document
  /** Makes a mistake of what is wrong at a place. */
  mistake(span: Span, what: Pick<Mistake, 'where' | 'found' | 'expected' | 'hint'>): Mistake
}

/**
 * Reads the text as one YAML 1.2 document. Syntax errors end it, since what follows one is guesswork; all of them are reported.
 * A key that stands twice is reported too, but leaves the rest readable: `document` is there beside `mistakes`.
 */
export function readYaml(
  text: string,
  file: string,
): {
  readonly source: YamlSource | undefined
  readonly mistakes: Mistake[]
} {
  const mistake = mistakeAt(text, file)
  const whole = { start: 0, end: 0 }
  if (text.length > topologyFileLimits.bytesMax) {
    const found = `a file of ${text.length} characters`
    const expected = `at most ${topologyFileLimits.bytesMax}`
    return { source: undefined, mistakes: [mistake(whole, { where: '', found, expected })] }
  }
  const documents = compose(text)
  if (documents === 'too deep') {
    const found = `more than ${topologyFileLimits.nestingMax} levels of nesting`
    return {
      source: undefined,
      mistakes: [mistake(whole, { where: '', found, expected: 'at most five levels' })],
    }
  }
  const [document, second] = documents
  const errors = documents.flatMap(each => [...each.errors, ...each.warnings])
  const mistakes = withoutEchoes(errors)
    .slice(0, topologyFileLimits.mistakesMax)
    .map(error => syntaxMistake(text, error, mistake))
  if (second !== undefined) {
    const span = { start: second.range[0], end: second.range[0] + 1 }
    mistakes.push(
      mistake(span, { where: '', found: 'a second YAML document', expected: 'one document in the file' }),
    )
  }
  const isReadable = document !== undefined && errors.every(error => error.code === 'DUPLICATE_KEY')
  return { source: isReadable ? { document, mistake } : undefined, mistakes }
}

type Parsed = Document.Parsed

/** The composer and everything after it recurse; the parser does not, so the depth is known before anything can overflow. */
function compose(text: string): Parsed[] | 'too deep' {
  const parser = new Parser()
  const tokens = []
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme))
    if (parser.stack.length > topologyFileLimits.nestingMax) return 'too deep'
  }
  tokens.push(...parser.end())
  const composer = new Composer({ version: '1.2', prettyErrors: false, uniqueKeys: true })
  return [...composer.compose(tokens, true, text.length)]
}

/** Once the parser has lost its place every further token is an error that says nothing new: the first of them stays. */
function withoutEchoes(errors: readonly YAMLError[]): YAMLError[] {
  const isLost = (error: YAMLError): boolean => error.message.includes('token in YAML stream')
  const first = errors.find(isLost)
  return errors.filter(error => error === first || !isLost(error))
}

function syntaxMistake(text: string, error: YAMLError, mistake: YamlSource['mistake']): Mistake {
  const [start, end] = error.pos
  const span = { start, end: Math.max(end, start + 1) }
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[\w-]{1,64}/.exec(text.slice(start))?.[0] ?? ''
    return mistake(span, {
      where: '',
      found: `the key ${quoted(key)} a second time`,
      expected: 'each key once in a mapping',
    })
  }
  return mistake(span, { where: '', found: foundAt(text, start), expected: `valid YAML: ${error.message}` })
}

function foundAt(text: string, offset: number): string {
  const rest = text.slice(offset, offset + 200)
  if (rest === '') return 'the end of the file'
  const line = rest.split(/[\r\n]/, 1)[0] ?? ''
  return line.trim() === '' ? 'the end of the line' : quoted(line)
}

const quotedCharsMax = 60

/** Text of the file as a message shows it. */
export function quoted(text: string): string {
  const shown = text.length > quotedCharsMax ? `${text.slice(0, quotedCharsMax)}…` : text
  return `'${printable(shown.replaceAll(/\s+/g, ' '))}'`
}

function mistakeAt(text: string, file: string): YamlSource['mistake'] {
  const starts = lineStarts(text)
  const visibleEnd = text.trimEnd().length
  return (span, what) => {
    // The end of a file that ends with line breaks is the end of its last line, not a line that nobody sees.
    const offset = Math.min(span.start, visibleEnd)
    const index = lineIndex(starts, offset)
    const lineStart = starts[index] ?? 0
    const sourceLine = text.slice(lineStart, starts[index + 1] ?? text.length).replace(/[\r\n]+$/, '')
    const column = Math.min(offset - lineStart, sourceLine.length) + 1
    const width = Math.max(1, Math.min(span.end - span.start, sourceLine.length - column + 1))
    return { file, line: index + 1, column, width, sourceLine, ...what }
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** The last line that begins at or before the offset. */
function lineIndex(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
