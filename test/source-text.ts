import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** A file of the repository, read for its rules. */
export interface SourceFile {
  /** From the root, with slashes. */
  readonly path: string
  readonly text: string
  /** The text with everything inside comments, strings, templates and regular expressions blanked: same length, same lines. */
  readonly code: string
}

export interface Import {
  readonly specifier: string
  readonly isTypeOnly: boolean
  readonly line: number
}

export function filesBelow(folder: string): string[] {
  const walk = (path: string): string[] =>
    readdirSync(path, { withFileTypes: true })
      .filter(entry => entry.name !== 'node_modules' && entry.name !== 'dist')
      .flatMap(entry => (entry.isDirectory() ? walk(join(path, entry.name)) : [join(path, entry.name)]))
  const start = join(root, folder)
  if (statSync(start, { throwIfNoEntry: false }) === undefined) return []
  return walk(start)
    .map(path => relative(root, path).replaceAll('\\', '/'))
    .sort()
}

export function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8')
  return { path, text, code: blankedText(text) }
}

export const lineOf = (text: string, index: number): number => text.slice(0, index).split('\n').length

/** Static, re-exporting, side-effect and dynamic imports. A dynamic import of something computed has the specifier '(computed)'. */
export function importsOf({ text, code }: SourceFile): Import[] {
  const found: Import[] = []
  const add = (index: number, quoteAt: number, isTypeOnly: boolean): void => {
    const quote = text[quoteAt] ?? ''
    const specifier = text.slice(quoteAt + 1, text.indexOf(quote, quoteAt + 1))
    found.push({ specifier, isTypeOnly, line: lineOf(text, index) })
  }
  for (const match of code.matchAll(/^(import|export)\s+(type\s+(?!from\b))?[\w$*{}\s,]*?\bfrom\s*["']/gm)) {
    add(match.index, match.index + match[0].length - 1, match[2] !== undefined || hasOnlyTypes(match[0]))
  }
  for (const match of code.matchAll(/^import\s*["']/gm))
    add(match.index, match.index + match[0].length - 1, false)
  for (const match of code.matchAll(/\bimport\s*\(\s*(["'])?/g)) {
    if (match[1] !== undefined)
      add(match.index, match.index + match[0].length - 1, isTypePosition(code, match.index))
    else found.push({ specifier: '(computed)', isTypeOnly: false, line: lineOf(text, match.index) })
  }
  return found
}

/** `import { type A, type B } from …` brings nothing to run time that the rules care for. */
function hasOnlyTypes(statement: string): boolean {
  const names = /\{([^}]*)\}/.exec(statement)?.[1]?.split(',') ?? []
  const named = names.map(name => name.trim()).filter(name => name !== '')
  return named.length > 0 && !/^import\s+\w/.test(statement) && named.every(name => name.startsWith('type '))
}

/** `typeof import('x')` and `x: import('x').Y` are types; a call is awaited, returned or passed on. */
function isTypePosition(code: string, index: number): boolean {
  return /(typeof|[:<|&])\s*$/.test(code.slice(Math.max(0, index - 20), index))
}

/** Words and signs after which a slash begins a regular expression and not a division. */
const beforeRegex =
  /(?:^|[([{,;:=!&|?+\-*%<>~^}]|\b(?:return|typeof|case|of|in|do|else|yield|await|void|delete))\s*$/

/** See `SourceFile.code`. */
export function blankedText(text: string): string {
  let [out, i] = ['', 0]
  const blank = (to: number): void => {
    out += text.slice(i, to).replaceAll(/[^\n]/g, ' ')
    i = to
  }
  const keep = (to: number): void => {
    out += text.slice(i, to)
    i = to
  }
  /** Depth of braces inside each template whose `${` is open. */
  const templates: number[] = []
  const restOfTemplate = (): void => {
    const end = endOfTemplatePart(text, i)
    blank(end)
    if (text.startsWith('${', i)) {
      templates.push(0)
      keep(i + 2)
    } else keep(i + 1)
  }
  while (i < text.length) {
    const two = text.slice(i, i + 2)
    const one = two[0] ?? ''
    if (two === '//') blank(indexOrEnd(text, '\n', i))
    else if (two === '/*') blank(indexOrEnd(text, '*/', i + 2) + 2)
    else if (one === "'" || one === '"') {
      keep(i + 1)
      blank(endOfQuoted(text, i, one))
      keep(i + 1)
    } else if (one === '`') {
      keep(i + 1)
      restOfTemplate()
    } else if (one === '/' && beforeRegex.test(out.slice(-40))) {
      keep(i + 1)
      blank(endOfRegex(text, i))
      keep(i + 1)
    } else if (one === '{' && templates.length > 0) {
      templates.push((templates.pop() ?? 0) + 1)
      keep(i + 1)
    } else if (one === '}' && templates.length > 0) {
      const depth = templates.pop() ?? 0
      keep(i + 1)
      if (depth === 0) restOfTemplate()
      else templates.push(depth - 1)
    } else keep(i + 1)
  }
  return out.slice(0, text.length)
}

function indexOrEnd(text: string, wanted: string, from: number): number {
  const index = text.indexOf(wanted, from)
  return index < 0 ? text.length : index
}

function endOfQuoted(text: string, from: number, quote: string): number {
  let i = from
  while (i < text.length && text[i] !== quote && text[i] !== '\n') i += text[i] === '\\' ? 2 : 1
  return i
}

function endOfTemplatePart(text: string, from: number): number {
  let i = from
  while (i < text.length && text[i] !== '`' && !text.startsWith('${', i)) i += text[i] === '\\' ? 2 : 1
  return i
}

function endOfRegex(text: string, from: number): number {
  let [i, isInClass] = [from, false]
  while (i < text.length && text[i] !== '\n' && (isInClass || text[i] !== '/')) {
    if (text[i] === '[') isInClass = true
    if (text[i] === ']') isInClass = false
    i += text[i] === '\\' ? 2 : 1
  }
  return i
}
