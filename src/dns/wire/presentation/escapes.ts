import type { Name } from '../name.ts'
import { PresentationError } from './presentation-error.ts'

/** How a byte is written by its number: `\DDD` in zone files (RFC 1035 section 5.1), `\ooo` in Route 53's values. */
export type Escapes = 'decimal' | 'octal'

/** Bytes of a character string, without its quotes. Zone files are UTF-8; Route 53 takes ASCII alone. */
export function unescapeString(text: string, escapes: Escapes): Uint8Array {
  const bytes: number[] = []
  for (const [part] of text.matchAll(/\\\d{3}|\\.|[^\\]/gsu)) {
    if (part.startsWith('\\') && part.length === 4) bytes.push(byteOf(part, escapes))
    else {
      const character = part.startsWith('\\') ? part.slice(1) : part
      if (escapes === 'octal' && /[^\0-\x7e]/.test(character)) throw unsupported(text)
      bytes.push(...Buffer.from(character, 'utf8'))
    }
  }
  return Uint8Array.from(bytes)
}

/** With its quotes. */
export function quotedString(bytes: Uint8Array, escapes: Escapes): string {
  let text = '"'
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`
    else text += byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : escapeOf(byte, escapes)
  }
  return `${text}"`
}

/** From a name as we hold it, with decimal escapes; also escaped is what means something to who reads the text. */
export function formatName(name: Name, escapes: Escapes): string {
  if (escapes === 'decimal')
    return name.replaceAll(/\\(?:\d{3}|.)|["();@$]/gs, found => (found.length > 1 ? found : `\\${found}`))
  return name.replaceAll(/\\(\d{3}|.)|"/gs, (character, found: string | undefined) =>
    escapeOf(found?.length === 3 ? Number(found) : (found ?? character).charCodeAt(0), escapes),
  )
}

/** To a name as we hold it, still without its origin. */
export function parseName(text: string, escapes: Escapes): Name {
  if (escapes === 'decimal' || !text.includes('\\')) return text
  return text.replaceAll(/\\(?:\d{3}|.)/gs, escape =>
    escape.length === 4 ? escapeOf(byteOf(escape, escapes), 'decimal') : escape,
  )
}

function escapeOf(byte: number, escapes: Escapes): string {
  return `\\${byte.toString(escapes === 'octal' ? 8 : 10).padStart(3, '0')}`
}

function byteOf(escape: string, escapes: Escapes): number {
  const digits = escape.slice(1)
  const byte = escapes === 'decimal' ? Number(digits) : Number.parseInt(/[89]/.test(digits) ? 'x' : digits, 8)
  if (!(byte <= 0xff)) throw unsupported(escape)
  return byte
}

function unsupported(text: string): PresentationError {
  return new PresentationError('UnsupportedCharacter', 'Value contains unsupported characters', text)
}
