import { EverportError } from '../../../base/errors.ts'
import { GrowingBuffer } from '../../arrow/growing-buffer.ts'
import { ValidityBits } from '../../arrow/validity-bits.ts'
import type { ColumnEncoder } from '../encode/column-encoder.ts'
import { createOutput } from '../encode/output.ts'
import { createStringReader } from '../encode/string-reader.ts'
import type { VectorWriter } from './vector-writer.ts'

/** Offsets of 32 bits end here. */
const bytesMax = 0x7fff_ffff

/** Strings and blobs: offsets into one run of bytes. */
export function stringWriter(): VectorWriter {
  const reader = createStringReader()
  return variableWriter(reader, (row, to) => {
    reader.seek(row)
    const { source, from, length } = reader
    const { bytes } = source
    const at = to.reserve(length)
    // Short values byte by byte, which is quicker than a call.
    if (length < 32) for (let i = 0; i < length; i++) to.bytes[at + i] = bytes[from + i] ?? 0
    else to.bytes.set(bytes.subarray(from, from + length), at)
    to.length += length
  })
}

/** Types that Arrow does not have, as the text that PostgreSQL gives them. */
export function textWriter(encoder: ColumnEncoder): VectorWriter {
  const output = createOutput(encoder.bytesMax + 64, encoder.bytesMax)
  return variableWriter(encoder, (row, to) => {
    output.at = 0
    encoder.write(row, output)
    // Behind the length that PostgreSQL's wire has in front of a value.
    to.put(output.bytes.subarray(4, output.at))
  })
}

type RowReader = Pick<ColumnEncoder, 'load' | 'isNull'>

function variableWriter(reader: RowReader, copy: (row: number, to: GrowingBuffer) => void): VectorWriter {
  const offsets = new GrowingBuffer()
  const values = new GrowingBuffer()
  const validity = new ValidityBits()
  offsets.putInt32(0)
  return {
    load: (vector, rowCount) => reader.load(vector, rowCount),
    append(from, count) {
      const at = offsets.reserve(4 * count)
      const ends = new Int32Array(offsets.bytes.buffer, at, count)
      for (let i = 0; i < count; i++) {
        if (reader.isNull(from + i)) validity.appendNulls(1)
        else {
          validity.appendValid(1)
          copy(from + i, values)
        }
        ends[i] = values.length
      }
      offsets.length += 4 * count
      if (values.length > bytesMax) throw tooLarge()
    },
    bytes: () => values.length + offsets.length,
    gather(into) {
      into.node(validity.length, validity.nullCount)
      into.buffer(validity.filled())
      into.buffer(offsets.filled())
      into.buffer(values.filled())
    },
    reset() {
      offsets.reset()
      values.reset()
      validity.reset()
      offsets.putInt32(0)
    },
  }
}

function tooLarge(): EverportError {
  return new EverportError('message_too_large', 'values of one batch are too large to send', {
    detail: `The values of one column of a batch may take at most ${bytesMax} bytes.`,
  })
}
