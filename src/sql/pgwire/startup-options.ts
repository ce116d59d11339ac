import { EverportError } from '../../base/errors.ts'

/** The settings in the startup parameter `options` (psql's PGOPTIONS): `-c name=value` and `--name=value`; a backslash escapes. */
export function startupOptions(options: string): [name: string, value: string][] {
  const words = splitWords(options)
  const settings: [string, string][] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    if (word === '-c') settings.push(nameAndValue(words[++i] ?? ''))
    else if (word.startsWith('-c')) settings.push(nameAndValue(word.slice(2)))
    else if (word.startsWith('--')) settings.push(nameAndValue(word.slice(2)))
    else throw invalidOption(word)
  }
  return settings
}

function splitWords(options: string): string[] {
  return [...options.matchAll(/(?:\\.|[^\s\\])+/gs)].map(([word]) => word.replace(/\\(.)/gs, '$1'))
}

function nameAndValue(text: string): [string, string] {
  const equals = text.indexOf('=')
  if (equals <= 0) throw invalidOption(text)
  // In this place a dash stands for an underscore.
  return [text.slice(0, equals).replaceAll('-', '_'), text.slice(equals + 1)]
}

function invalidOption(word: string): EverportError {
  return new EverportError('syntax_error', `invalid command-line argument for server process: ${word}`)
}
