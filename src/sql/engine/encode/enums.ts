import { variableEncoder } from './collected-values.ts'
import {
  type ColumnEncoder,
  isNullAt,
  loadValidity,
  type Validity,
  type View,
  valuesAs,
} from './column-encoder.ts'
import { copyBytes } from './copy-bytes.ts'
import { reserve } from './output.ts'

type Codes = Uint8Array | Uint16Array | Uint32Array

/** ENUM as text: a code of the smallest size that counts the words. */
export function enumEncoder(words: readonly string[]): ColumnEncoder {
  const encoded = words.map(word => {
    const bytes = Buffer.from(word, 'utf8')
    return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) }
  })
  const view: View<Codes> =
    words.length <= 0xff ? Uint8Array : words.length <= 0xffff ? Uint16Array : Uint32Array
  const load = valuesAs(view, 1)
  let codes: Codes
  let validity: Validity
  return variableEncoder({
    load(vector, rowCount) {
      codes = load(vector, rowCount)
      validity = loadValidity(vector, rowCount)
    },
    isNull: row => isNullAt(validity, row),
    write(row, output) {
      const word = encoded[codes[row] ?? 0] ?? encoded[0]
      if (word === undefined) return
      const { length } = word.bytes
      reserve(output, 4 + length)
      output.view.setInt32(output.at, length)
      copyBytes(output, output.at + 4, word, 0, length)
      output.at += 4 + length
    },
  })
}
