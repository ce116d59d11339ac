import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Column } from '../engine/engine.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { decodeRowDescription } from './messages/backend/row-description.ts'
import { encodeBackend } from './messages/backend.ts'
import { rowDescription } from './session-answers.ts'

const headBytes = 5

test('the same columns are described by the formats that are asked for, however often', () => {
  const columns: readonly Column[] = ['a', 'b'].map(name => ({
    name,
    typeOid: 23,
    typeSize: 4,
    typeModifier: -1,
  }))
  const formatsTold = (formats: readonly (0 | 1)[]): number[] => {
    const writer = new ByteWriter()
    encodeBackend(rowDescription(columns, formats), writer)
    const { fields } = decodeRowDescription(new ByteReader(writer.take().subarray(headBytes)))
    assert.deepEqual(
      fields.map(({ name }) => name),
      ['a', 'b'],
    )
    return fields.map(({ format }) => format)
  }
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(formatsTold([]), [0, 0])
    assert.deepEqual(formatsTold([0, 1]), [0, 1])
    assert.deepEqual(formatsTold([1, 1]), [1, 1])
    assert.deepEqual(formatsTold([0, 0]), [0, 0])
  }
})
