import { Builder } from 'flatbuffers'
import { finishMessage, messageHeaders } from './message-header.ts'

/** The values of a record batch, gathered column by column in the order of RecordBatch in Message.fbs. */
export interface BatchBody {
  /** Length and count of nulls of every field, parents before their children. */
  readonly nodes: readonly FieldNode[]
  readonly buffers: readonly Uint8Array[]
}

export interface FieldNode {
  readonly length: number
  readonly nullCount: number
}

/** Where columns put what they have. */
export class BatchGatherer implements BatchBody {
  readonly nodes: FieldNode[] = []
  readonly buffers: Uint8Array[] = []

  node(length: number, nullCount: number): void {
    this.nodes.push({ length, nullCount })
  }

  /** Valid until the message is written. */
  buffer(bytes: Uint8Array): void {
    this.buffers.push(bytes)
  }
}

/** Buffers begin at multiples of this. */
const alignment = 8

export const padded = (length: number): number => Math.ceil(length / alignment) * alignment

export const bodyLength = (buffers: readonly Uint8Array[]): number =>
  buffers.reduce((sum, { length }) => sum + padded(length), 0)

export function recordBatchMessage(body: BatchBody, rowCount: number): Uint8Array {
  const builder = new Builder(256 + 16 * (body.nodes.length + body.buffers.length))
  const batch = batchTable(builder, body, rowCount)
  return finishMessage(builder, messageHeaders.recordBatch, batch, bodyLength(body.buffers))
}

/** The values that the indexes of dictionary `id` mean, as a record batch of one column. */
export function dictionaryMessage(body: BatchBody, rowCount: number, id: number): Uint8Array {
  const builder = new Builder(512)
  const batch = batchTable(builder, body, rowCount)
  builder.startObject(3)
  builder.addFieldInt64(0, BigInt(id), 0n)
  builder.addFieldOffset(1, batch, 0)
  return finishMessage(builder, messageHeaders.dictionaryBatch, builder.endObject(), bodyLength(body.buffers))
}

function batchTable(builder: Builder, { nodes, buffers }: BatchBody, rowCount: number): number {
  const ends: number[] = []
  let end = 0
  for (const { length } of buffers) ends.push((end += padded(length)))
  // Vectors of structs are written from the back: each pair second value first.
  builder.startVector(16, buffers.length, 8)
  for (let i = buffers.length - 1; i >= 0; i--) {
    const length = buffers[i]?.length ?? 0
    putPair(builder, (ends[i] ?? 0) - padded(length), length)
  }
  const bufferVector = builder.endVector()
  builder.startVector(16, nodes.length, 8)
  for (let i = nodes.length - 1; i >= 0; i--)
    putPair(builder, nodes[i]?.length ?? 0, nodes[i]?.nullCount ?? 0)
  const nodeVector = builder.endVector()
  builder.startObject(5)
  builder.addFieldInt64(0, BigInt(rowCount), 0n)
  builder.addFieldOffset(1, nodeVector, 0)
  builder.addFieldOffset(2, bufferVector, 0)
  return builder.endObject()
}

function putPair(builder: Builder, first: number, second: number): void {
  builder.prep(8, 16)
  builder.writeInt64(BigInt(second))
  builder.writeInt64(BigInt(first))
}
