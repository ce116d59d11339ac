/**
 * How many columns of a terminal a text takes, and how to cut it. Marks take none, East Asian wide and emoji two
 * (Unicode UAX 11 and UTS 51, in ranges coarse enough to read).
 */

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const isPlain = /^[\x20-\x7e]*$/
const isMark = /^[\p{Mark}\p{Format}]$/u
const isEmoji = /\p{Emoji_Presentation}|️/u

/** First and last code point of what is drawn two columns wide. */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1b000, 0x1b2ff],
  [0x20000, 0x3fffd],
]

export function textWidth(text: string): number {
  if (isPlain.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment)
  return width
}

function graphemeWidth(grapheme: string): number {
  const code = grapheme.codePointAt(0) ?? 0
  if (code < 0x300) return 1
  if (isEmoji.test(grapheme) || wideRanges.some(([first, last]) => code >= first && code <= last)) return 2
  return isMark.test(String.fromCodePoint(code)) ? 0 : 1
}

/** The text itself when it fits, else its start and an ellipsis, `widthMax` columns together at most. */
export function cutText(text: string, widthMax: number): string {
  if (text.length <= widthMax && isPlain.test(text)) return text
  if (textWidth(text) <= widthMax) return text
  let kept = ''
  let width = 1
  for (const { segment } of graphemes.segment(text)) {
    width += graphemeWidth(segment)
    if (width > widthMax) break
    kept += segment
  }
  return `${kept}…`
}

/** Spaces up to `width` columns: after the text, or before it. */
export function padText(text: string, width: number, align: 'left' | 'right'): string {
  const missing = width - textWidth(text)
  if (missing <= 0) return text
  return align === 'left' ? text + ' '.repeat(missing) : ' '.repeat(missing) + text
}

// C0, DEL, C1, line and paragraph separators, and the marks that turn the direction of text around (CVE-2021-42574).
// oxlint-disable-next-line no-control-regex
const dangerous = /[\0-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Text that cannot drive a terminal: every control character as an escape that shows which one it is. */
export function visibleText(text: string): string {
  return text.replace(dangerous, character => shortEscapes[character] ?? hexEscape(character))
}

function hexEscape(character: string): string {
  const code = character.charCodeAt(0)
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`
}

/** As `visibleText`, but line ends and tabs stay: for our own messages of several lines. */
export function visibleLines(text: string): string {
  return text.replace(dangerous, character =>
    character === '\n' || character === '\t' ? character : hexEscape(character),
  )
}
