import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sipHash, sipHashKey } from './siphash.ts'

/** Of the authors' reference: key 00 01 … 0f, input 00 01 … of each length. */
const published: readonly (readonly [length: number, hash: string])[] = [
  [0, '310e0edd47db6f72'],
  [1, 'fd67dc93c539f874'],
  [2, '5a4fa9d909806c0d'],
  [3, '2d7efbd796666785'],
  [4, 'b7877127e09427cf'],
  [5, '8da699cd64557618'],
  [6, 'cee3fe586e46c9cb'],
  [7, '37d1018bf50002ab'],
  [8, '6224939a79f5f593'],
  [15, 'e545be4961ca29a1'],
]

for (const [length, hash] of published) {
  test(`SipHash-2-4 of ${length} bytes as published`, () => {
    const key = sipHashKey(Uint8Array.from({ length: 16 }, (_, i) => i))
    const out = Buffer.alloc(8)
    sipHash(
      key,
      Uint8Array.from({ length: 64 }, (_, i) => i),
      length,
      out,
      0,
    )
    assert.equal(out.toString('hex'), hash)
  })
}
