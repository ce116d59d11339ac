import { EverportError } from '../../base/errors.ts'
import type { Column, RowBatch } from '../engine/engine.ts'
import type { CopyOptions } from '../statements/copy-options.ts'

/** Makes what COPY TO STDOUT sends of the DataRow messages that the engine makes. */
export interface CopyEncoder {
  /** In front of all rows, if anything is. */
  readonly header: Uint8Array | undefined
  /** Behind all rows. */
  readonly trailer: Uint8Array | undefined
  /** CopyData messages, one a row. Like those of the batch, the bytes are valid until the next call. */
  encode(batch: RowBatch): RowBatch
}

const copyDataType = 0x64
const lineFeed = 0x0a
const backslash = 0x5c
/** Type, length, count of fields. */
const rowHeadBytes = 7
const binaryHeader = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const binaryTrailer = Buffer.from([0xff, 0xff])

/** Throws 'undefined_column' when a column that is to be quoted is not there. */
export function createCopyEncoder(options: CopyOptions, columns: readonly Column[]): CopyEncoder {
  if (options.format === 'binary') return binaryEncoder
  const writeField = options.format === 'csv' ? csvField(options, columns) : textField(options)
  const encodeLine = lineEncoder(options, writeField)
  const names = columns.map(({ name }) => Buffer.from(name))
  return {
    header: options.hasHeader ? Uint8Array.from(encodeLine.one(names)) : undefined,
    trailer: undefined,
    encode: batch => ({ bytes: encodeLine.all(batch.bytes), rowCount: batch.rowCount }),
  }
}

/** A tuple of COPY BINARY is the body of a DataRow: only the type of the message differs. */
const binaryEncoder: CopyEncoder = {
  header: binaryHeader,
  trailer: binaryTrailer,
  encode(batch) {
    const { bytes } = batch
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = 0; at < bytes.length; at += 1 + view.getInt32(at + 1)) view.setUint8(at, copyDataType)
    return batch
  },
}

/** Grows, and is written over by the next batch. */
interface Lines {
  bytes: Buffer
  at: number
}

/** Writes `from[start … end - 1]`, a value of this column. There is room for twice its bytes and four more. */
type FieldWriter = (lines: Lines, from: Uint8Array, start: number, end: number, column: number) => void

function lineEncoder(
  options: CopyOptions,
  writeField: FieldWriter,
): { all(rows: Uint8Array): Uint8Array; one(fields: readonly Uint8Array[]): Uint8Array } {
  const delimiter = options.delimiter.charCodeAt(0)
  const nullText = Buffer.from(options.nullText)
  const lines: Lines = { bytes: Buffer.alloc(0), at: 0 }

  const row = (rows: Buffer, start: number): number => {
    const end = start + 1 + rows.readUInt32BE(start + 1)
    const fieldCount = rows.readUInt16BE(start + 5)
    reserve(lines, 2 * (end - start) + fieldCount * (nullText.length + 4) + 16)
    const lineStart = lines.at
    lines.at += 5
    let at = start + rowHeadBytes
    for (let column = 0; column < fieldCount; column++) {
      if (column > 0) lines.bytes[lines.at++] = delimiter
      const length = rows.readInt32BE(at)
      at += 4
      if (length < 0) {
        lines.bytes.set(nullText, lines.at)
        lines.at += nullText.length
        continue
      }
      writeField(lines, rows, at, at + length, column)
      at += length
    }
    lines.bytes[lines.at++] = lineFeed
    lines.bytes[lineStart] = copyDataType
    lines.bytes.writeUInt32BE(lines.at - lineStart - 1, lineStart + 1)
    return end
  }

  return {
    all(rows) {
      const view = Buffer.from(rows.buffer, rows.byteOffset, rows.length)
      lines.at = 0
      for (let at = 0; at < view.length; ) at = row(view, at)
      return lines.bytes.subarray(0, lines.at)
    },
    one(fields) {
      reserve(
        lines,
        fields.reduce((sum, field) => sum + 2 * field.length + 5, 1),
      )
      fields.forEach((field, column) => {
        if (column > 0) lines.bytes[lines.at++] = delimiter
        // Names of columns are never forced into quotes.
        writeField(lines, field, 0, field.length, -1)
      })
      lines.bytes[lines.at++] = lineFeed
      const line = lines.bytes.subarray(0, lines.at)
      lines.at = 0
      return line
    },
  }
}

function reserve(lines: Lines, count: number): void {
  const needed = lines.at + count
  if (needed <= lines.bytes.length) return
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, lines.bytes.length * 2))
  lines.bytes.copy(larger, 0, 0, lines.at)
  lines.bytes = larger
}

/** Letters that stand behind a backslash for these characters. */
const textEscapes = { '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't', '\v': 'v' }

function textField({ delimiter }: CopyOptions): FieldWriter {
  // For each byte what follows the backslash, or 0 for one that stands for itself.
  const escapes = new Uint8Array(256)
  for (const [character, letter] of Object.entries(textEscapes))
    escapes[character.charCodeAt(0)] = letter.charCodeAt(0)
  escapes[backslash] = backslash
  if (escapes[delimiter.charCodeAt(0)] === 0) escapes[delimiter.charCodeAt(0)] = delimiter.charCodeAt(0)
  return (lines, from, start, end) => {
    const { bytes } = lines
    let { at } = lines
    for (let i = start; i < end; i++) {
      const byte = from[i] ?? 0
      const escape = escapes[byte] ?? 0
      if (escape === 0) {
        bytes[at++] = byte
        continue
      }
      bytes[at++] = backslash
      bytes[at++] = escape
    }
    lines.at = at
  }
}

function csvField(options: CopyOptions, columns: readonly Column[]): FieldWriter {
  const [delimiter, quote, escape] = [options.delimiter, options.quote, options.escape].map(text =>
    text.charCodeAt(0),
  ) as [number, number, number]
  const isForced = forcedColumns(options, columns)
  const nullText = Buffer.from(options.nullText)
  const isSpecial = new Uint8Array(256)
  for (const byte of [delimiter, quote, lineFeed, 0x0d]) isSpecial[byte] = 1

  const needsQuotes = (from: Uint8Array, start: number, end: number): boolean => {
    for (let i = start; i < end; i++) if (isSpecial[from[i] ?? 0] === 1) return true
    // What would be read as null, or as the end of the data.
    if (end - start === nullText.length && nullText.equals(from.subarray(start, end))) return true
    return columns.length === 1 && end - start === 2 && from[start] === backslash && from[start + 1] === 0x2e
  }

  return (lines, from, start, end, column) => {
    const { bytes } = lines
    let { at } = lines
    if (isForced[column] !== true && !needsQuotes(from, start, end)) {
      for (let i = start; i < end; i++) bytes[at++] = from[i] ?? 0
      lines.at = at
      return
    }
    bytes[at++] = quote
    for (let i = start; i < end; i++) {
      const byte = from[i] ?? 0
      if (byte === quote || byte === escape) bytes[at++] = escape
      bytes[at++] = byte
    }
    bytes[at++] = quote
    lines.at = at
  }
}

function forcedColumns({ forceQuote }: CopyOptions, columns: readonly Column[]): boolean[] {
  if (forceQuote === '*') return columns.map(() => true)
  for (const name of forceQuote) {
    if (columns.some(column => column.name === name)) continue
    throw new EverportError('undefined_column', `column "${name}" does not exist`, {
      hint: 'FORCE_QUOTE names columns of the result',
    })
  }
  return columns.map(({ name }) => forceQuote.includes(name))
}
