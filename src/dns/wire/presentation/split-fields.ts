import { PresentationError } from './presentation-error.ts'

/** A quoted string, a bare word, or a word whose end is quoted (`alpn="h2"`), up to a blank; escapes are left as they are. */
const field = /\s*("(?:[^"\\]|\\.)*"|(?:[^\s"\\]|\\.)+(?:(?<==)"(?:[^"\\]|\\.)*")?)(?=\s|$)/suy

/** The fields of a Route 53 value. */
export function splitFields(text: string): string[] {
  const fields: string[] = []
  const end = text.trimEnd().length
  field.lastIndex = 0
  while (field.lastIndex < end) {
    const match = field.exec(text)
    if (match === null)
      throw new PresentationError(
        'InvalidCharacterString',
        'Value should be enclosed in quotation marks',
        text,
      )
    fields.push(match[1] ?? '')
  }
  return fields
}
