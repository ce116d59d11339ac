import { type Name, type NameKey, nameKey } from '../wire/name.ts'
import { resolveName } from '../wire/presentation/fields.ts'
import { PresentationError } from '../wire/presentation/presentation-error.ts'
import { nameToRoute53 } from '../zone/record-set.ts'
import { changeLimits } from './change-limits.ts'

export interface RecordName {
  readonly key: NameKey
  /** As documents keep it: lower case, absolute, `\ooo` for all but letters, digits, `-` and `_`. */
  readonly text: string
}

/**
 * A name in a request: any case, with or without its final dot, any byte as `\ooo`. A string is what is wrong with it.
 *
 * | name                                | problem             |
 * |-------------------------------------|---------------------|
 * | nothing                             | DomainNameEmpty     |
 * | beginning with a dot, two in a row  | DomainLabelEmpty    |
 * | a label above 63 bytes              | DomainLabelTooLong  |
 * | above 253 characters, 255 bytes     | DomainNameTooLong   |
 * | a blank, a control, not ASCII       | UnsupportedCharacter |
 */
export function readRecordName(text: string): RecordName | string {
  const found = /[^!-~]/.exec(text)?.[0]
  if (found !== undefined)
    return new PresentationError('UnsupportedCharacter', 'Value contains unsupported characters', found)
      .message
  if (text.startsWith('.') && text !== '.')
    return new PresentationError('DomainLabelEmpty', 'Domain label is empty', text).message
  try {
    const name = resolveName(text, { escapes: 'octal', origin: undefined })
    const written = recordNameOf(name)
    if (written.key.length - 2 > changeLimits.nameCharactersMax)
      throw new PresentationError('DomainNameTooLong', 'Domain name is too long', text)
    return written
  } catch (error) {
    if (error instanceof PresentationError) return error.message
    throw error
  }
}

export function recordNameOf(name: Name): RecordName {
  return { key: nameKey(name), text: nameToRoute53(name) }
}

export function isWildcard({ text }: RecordName): boolean {
  return text.startsWith('\\052.')
}
