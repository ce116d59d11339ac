import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SimulatedClock } from '../testing/clock.ts'
import { journalLooks, watchDirectory } from './journal-looks.ts'

/** A journal that grows when told, under a system that tells of it when told. */
function world(system: 'tells' | 'cannot tell' = 'tells') {
  const clock = new SimulatedClock()
  const looks: number[] = []
  let [isLonger, isWatched] = [false, false]
  let tell: () => void = () => undefined
  const stop = journalLooks({
    clock,
    directory: '/nowhere',
    watch(directory, changed) {
      assert.equal(directory, '/nowhere')
      if (system === 'cannot tell') throw new Error('ENOSPC')
      isWatched = true
      tell = changed
      return () => {
        isWatched = false
      }
    },
    look() {
      looks.push(clock.now())
      const was = isLonger
      isLonger = false
      return was
    },
  })
  const grow = (): void => {
    isLonger = true
  }
  return { clock, looks, grow, tell: () => tell(), stop, isWatched: () => isWatched }
}

test('until the system has told of something it is looked often; then once a second, and at once when it tells', () => {
  const { clock, looks, grow, tell } = world()
  clock.advance(100)
  assert.deepEqual(looks, [25, 50, 75, 100])
  clock.advance(15)
  tell()
  clock.advance(2_500)
  assert.deepEqual(looks.slice(4), [115, 1_115, 2_115])
  grow()
  tell()
  assert.equal(looks.at(-1), 2_615)
})

test('whoever writes all the time makes others look a hundred times a second at most, and his last word is seen', () => {
  const { clock, looks, grow, tell } = world()
  tell()
  for (let ms = 0; ms < 100; ms++) {
    clock.advance(1)
    grow()
    tell()
  }
  assert.ok(looks.length >= 9 && looks.length <= 12, `${looks.length} looks`)
  clock.advance(10)
  assert.ok((looks.at(-1) ?? 0) >= 100)
})

test('a change that is found before it is told of is no reason for doubt', () => {
  const { clock, looks, grow, tell, isWatched } = world()
  tell()
  grow()
  clock.advance(1_000)
  tell()
  clock.advance(3_000)
  assert.ok(isWatched())
  assert.ok(looks.length <= 7, `${looks.length} looks`)
})

test('a system that tells no longer, or never could, is not waited for: there is a look every 25 ms', () => {
  const silent = world()
  silent.tell()
  silent.grow()
  silent.clock.advance(2_000)
  assert.equal(silent.isWatched(), false)
  const before = silent.looks.length
  silent.clock.advance(1_000)
  assert.equal(silent.looks.length, before + 40)

  const unable = world('cannot tell')
  unable.clock.advance(1_000)
  assert.equal(unable.looks.length, 40)
})

test('stopped, nobody looks any more', () => {
  const { clock, looks, tell, stop, isWatched } = world()
  tell()
  tell()
  stop()
  const before = looks.length
  clock.advance(1_000)
  assert.equal(looks.length, before)
  assert.equal(isWatched(), false)
})

test('the system tells of what is appended to a file of the directory', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'everport-looks-'))
  try {
    const told = new Promise<void>(resolve => {
      const stop = watchDirectory(directory, () => {
        stop()
        resolve()
      })
    })
    appendFileSync(join(directory, 'journal'), 'a line')
    await told
    assert.throws(() => watchDirectory(join(directory, 'nowhere'), () => undefined))
  } finally {
    rmSync(directory, { recursive: true })
  }
})
