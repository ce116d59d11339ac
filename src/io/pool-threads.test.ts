import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { SimulatedClock } from '../testing/clock.ts'
import { type PoolThreads, poolThreads } from './pool-threads.ts'

interface Rig {
  readonly clock: SimulatedClock
  readonly threads: PoolThreads
  awake(): number
  /** Whether looks are answered. */
  answers: boolean
}

function rig(size: number): Rig {
  const clock = new SimulatedClock()
  let awake = size
  const made: Rig = {
    clock,
    answers: true,
    awake: () => awake,
    threads: poolThreads(size, clock, {
      park(count) {
        awake -= count
      },
      wake(count) {
        awake += count
      },
      look(answered) {
        if (made.answers) answered()
      },
    }),
  }
  return made
}

test('what nobody needs is parked, and four threads more than calls are awake at any moment', () => {
  const { clock, threads, awake } = rig(48)
  clock.advance(1_000)
  assert.equal(awake(), 4)
  for (let running = 1; running <= 60; running++) {
    threads.began()
    assert.ok(awake() >= Math.min(48, running + 4), `${awake()} awake for ${running}`)
  }
  for (let running = 59; running >= 2; running--) threads.ended()
  clock.advance(1_000)
  assert.equal(awake(), 48, 'as many ran a moment ago')
  clock.advance(1_000)
  assert.equal(awake(), 6)
  threads.began()
  assert.ok(awake() >= 7)
})

test('a small pool is left as it is', () => {
  const { clock, threads, awake } = rig(4)
  clock.advance(5_000)
  assert.equal(awake(), 4)
  threads.began()
  assert.equal(awake(), 4)
})

test('all wake when threads are held by what nobody counts, until looks are answered again', () => {
  const made = rig(48)
  made.answers = false
  made.clock.advance(1_000)
  assert.equal(made.awake(), 4)
  made.clock.advance(1_000)
  assert.equal(made.awake(), 48)
  made.clock.advance(5_000)
  assert.equal(made.awake(), 48)
})

test('none is parked once they are released', () => {
  const { clock, threads, awake } = rig(48)
  clock.advance(1_000)
  threads.release()
  assert.equal(awake(), 48)
  clock.advance(5_000)
  assert.equal(awake(), 48)
})

test('a process with parked threads runs as many calls as its pool has threads, and ends', () => {
  const script = `
    import { pbkdf2 } from 'node:crypto'
    import { promisify } from 'node:util'
    import { pooledThreads } from './src/io/pooled-threads.ts'
    const clock = { now: () => 0, tasks: [], after(ms, task) { this.tasks.push(task); return () => undefined } }
    const threads = pooledThreads(clock, { warn(_, { error }) { throw new Error(error) } })
    clock.tasks.pop()()
    const call = async () => {
      threads.began()
      await promisify(pbkdf2)('secret', 'salt', 1_000, 32, 'sha256')
      threads.ended()
    }
    await Promise.all(Array.from({ length: 40 }, call))
    clock.tasks.pop()()
    process.stdout.write('done')
    process.exit(0)`
  const told = execFileSync(
    process.execPath,
    ['--import', 'tsx', '--input-type', 'module', '--eval', script],
    { env: { ...process.env, UV_THREADPOOL_SIZE: '12' }, timeout: 60_000, encoding: 'utf8' },
  )
  assert.equal(told, 'done')
})
