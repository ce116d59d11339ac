/**
 * The regular expression of a SIMILAR TO pattern (SQL:1999), to be matched against the whole: `%` any text, `_` any character, `| * + ? {} () []` as in regular
 * expressions, everything else itself.
 */
export function similarPattern(pattern: string, escape: string): string {
  let out = ''
  let inBrackets = false
  const characters = Array.from(pattern)
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? ''
    if (character === escape && escape !== '') out += quoted(characters[++i] ?? '')
    else if (inBrackets) {
      out += character === '\\' ? '\\\\' : character
      if (character === ']') inBrackets = false
    } else if (character === '[') {
      inBrackets = true
      out += character
    } else if (character === '%') out += '.*'
    else if (character === '_') out += '.'
    else if ('|*+?{}()'.includes(character)) out += character === '(' ? '(?:' : character
    else out += quoted(character)
  }
  return out
}

function quoted(character: string): string {
  return /[\\^$.|?*+()[\]{}]/.test(character) ? `\\${character}` : character
}
