import { type ColumnEncoder, fixedEncoder, type View } from './column-encoder.ts'
import { putInt32, reserve } from './output.ts'
import { putBytes } from './strings.ts'

type Codes = Uint8Array | Uint16Array | Uint32Array

/** ENUM as text: a code of the smallest size that counts the words. */
export function enumEncoder(words: readonly string[]): ColumnEncoder {
  const encoded = words.map(word => Buffer.from(word, 'utf8'))
  const view: View<Codes> =
    words.length <= 0xff ? Uint8Array : words.length <= 0xffff ? Uint16Array : Uint32Array
  return fixedEncoder(view, 1, 0, (codes, row, output) => {
    const word = encoded[codes[row] ?? 0] ?? encoded[0]
    if (word === undefined) return
    reserve(output, 4 + word.length)
    putInt32(output.bytes, output.at, word.length)
    output.at += 4
    putBytes(output, word, 0, word.length)
  })
}
