import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProgramResult, Programs } from '../../base/programs.ts'
import { FollowedPrograms } from '../../testing/followed-programs.ts'
import { countingSets } from './base-rules.ts'
import { counterReader } from './counter-reader.ts'
import type { Counted } from './read-counters.ts'

/** Half of them are counted in one set and half in another. */
const answer = (question: string, counters: Record<string, number>): string =>
  JSON.stringify({
    nftables: [
      {
        set: {
          elem: Object.entries(counters)
            .filter((_, i) => question.endsWith(['counts', 'bytes-to'][i % 2] ?? ''))
            .map(([comment, packets], val) => ({
              elem: { val, comment, counter: { packets, bytes: 10 * packets } },
            })),
        },
      },
    ],
  })

/** An `nft` that goes on, and others that are started for one question. */
class Nft extends FollowedPrograms implements Programs {
  conversations = 0
  runs = 0
  asked: string[] = []
  isMute = false
  counters: Record<string, number> | undefined = {}

  run(_: string, words: readonly string[]): Promise<ProgramResult> {
    this.runs++
    return Promise.resolve(
      this.counters === undefined
        ? { code: 1, output: '', errors: 'Error: No such file or directory' }
        : { code: 0, output: answer(words.join(' '), this.counters), errors: '' },
    )
  }

  converse() {
    this.conversations++
    return {
      ask: (question: string): Promise<string> => {
        this.asked.push(question)
        return this.isMute || this.counters === undefined
          ? Promise.reject(new Error('no'))
          : Promise.resolve(answer(question, this.counters))
      },
      close: () => undefined,
    }
  }
}

const packets = (counted: ReadonlyMap<string, Counted> | undefined): Record<string, number> | undefined =>
  counted && Object.fromEntries([...counted].map(([name, of]) => [name, of.packets]))

test('one that goes on is asked, and none is started; what is told is what was counted since', async () => {
  const nft = new Nft()
  const reader = counterReader(nft)
  const taken: unknown[] = []
  for (const counters of [{ a: 3 }, { a: 5 }, { a: 5, b: 2 }, { a: 9, b: 4 }]) {
    nft.counters = counters
    taken.push(packets(await reader.take('ip', 't', countingSets)))
  }
  assert.deepEqual(taken, [{ a: 3 }, { a: 2 }, { a: 0, b: 2 }, { a: 4, b: 2 }])
  assert.deepEqual([nft.conversations, nft.runs], [1, 0])
  assert.deepEqual(new Set(nft.asked), new Set(countingSets.map(set => `list set ip t ${set}`)))
})

test('a counter that is made anew counts from nothing, and so do those of a table that was gone', async () => {
  const nft = new Nft()
  const reader = counterReader(nft)
  const taken: unknown[] = []
  for (const counters of [{ a: 8 }, {}, { a: 9 }, { a: 1 }, undefined, { a: 7 }]) {
    nft.counters = counters
    taken.push(packets(await reader.take('ip', 't', countingSets)))
  }
  assert.deepEqual(taken, [{ a: 8 }, {}, { a: 9 }, { a: 1 }, undefined, { a: 7 }])
})

test('what it does not answer another one does, and nothing is counted twice; where it never does, it is not asked for ever', async () => {
  const nft = new Nft()
  const reader = counterReader(nft)
  nft.counters = { a: 1 }
  await reader.take('ip', 't', countingSets)
  nft.isMute = true
  for (let i = 2; i <= 6; i++) {
    nft.counters = { a: i }
    assert.deepEqual(packets(await reader.take('ip', 't', countingSets)), { a: 1 })
  }
  assert.deepEqual([nft.conversations, nft.runs], [3, 5 * countingSets.length])
})

test('a table that is gone is told as such, and is no fault of the conversation', async () => {
  const nft = new Nft()
  nft.counters = undefined
  const reader = counterReader(nft)
  for (let i = 0; i < 5; i++) assert.equal(await reader.take('ip', 't', countingSets), undefined)
  nft.counters = { a: 7 }
  assert.deepEqual(packets(await reader.take('ip', 't', countingSets)), { a: 7 })
  assert.equal(nft.runs, 5)
})

test('sets that are left out are asked for nothing, and tell what was counted meanwhile when they are read again', async () => {
  const nft = new Nft()
  const reader = counterReader(nft)
  const taken: unknown[] = []
  for (const [i, counters] of [
    { a: 3, b: 1 },
    { a: 5, b: 4 },
    { a: 6, b: 6 },
    { a: 6, b: 9 },
  ].entries()) {
    nft.counters = counters
    taken.push(packets(await reader.take('ip', 't', i % 3 === 0 ? ['counts', 'bytes-to'] : ['counts'])))
  }
  assert.deepEqual(taken, [{ a: 3, b: 1 }, { a: 2 }, { a: 1 }, { a: 0, b: 8 }])
  assert.equal(nft.asked.filter(question => question.endsWith('bytes-to')).length, 2)
})
