import { type ColumnEncoder, fixedEncoder } from './column-encoder.ts'
import { putInt32, reserve } from './output.ts'
import { putBytes } from './strings.ts'

type Codes = Uint8Array | Uint16Array | Uint32Array

/** ENUM as text: a code of the smallest size that counts the words. */
export function enumEncoder(words: readonly string[]): ColumnEncoder {
  const encoded = words.map(word => Buffer.from(word, 'utf8'))
  const view = words.length <= 0xff ? Uint8Array : words.length <= 0xffff ? Uint16Array : Uint32Array
  const make = view as unknown as new (buffer: ArrayBuffer, offset: number, length: number) => Codes
  const of = Object.assign(make, { BYTES_PER_ELEMENT: view.BYTES_PER_ELEMENT })
  return fixedEncoder<Codes>(of, 1, 0, (codes, row, output) => {
    const word = encoded[codes[row] ?? 0] ?? encoded[0]
    if (word === undefined) return
    reserve(output, 4 + word.length)
    putInt32(output.bytes, output.at, word.length)
    output.at += 4
    putBytes(output, word, 0, word.length)
  })
}
