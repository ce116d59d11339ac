import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { journalHeartbeats } from './journal-heartbeats.ts'

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'everport-heartbeats-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

const beat = { heartbeat: 3, appliedRevision: 5 }

test('what one process beats, another one finds, in a file of its own that does not grow', t => {
  const directory = folder(t)
  const [one, other] = [journalHeartbeats(directory), journalHeartbeats(directory)]
  for (let heartbeat = 0; heartbeat < 100; heartbeat++)
    one.beat('status/a/b', { heartbeat, appliedRevision: 5 })
  assert.deepEqual(other.last('status/a/b'), { heartbeat: 99, appliedRevision: 5 })
  const files = readdirSync(join(directory, 'heartbeats'))
  assert.deepEqual(files, ['status%2Fa%2Fb'])
  const { size, mode } = statSync(join(directory, 'heartbeats', files[0] ?? ''))
  assert.deepEqual([size, mode & 0o777], [36, 0o600])
})

test('a beat of which a part is there, or that is damaged, is none; the next one is', t => {
  const directory = folder(t)
  const beats = journalHeartbeats(directory)
  beats.beat('a', beat)
  const file = join(directory, 'heartbeats', 'a')
  truncateSync(file, 20)
  assert.equal(beats.last('a'), undefined)
  writeFileSync(file, 'f'.repeat(36))
  assert.equal(beats.last('a'), undefined)
  beats.beat('a', beat)
  assert.deepEqual(beats.last('a'), beat)
})

test('with its folder taken away it goes on, and where none can be made nothing is thrown', t => {
  const directory = folder(t)
  const beats = journalHeartbeats(directory)
  beats.beat('a', beat)
  rmSync(join(directory, 'heartbeats'), { recursive: true })
  assert.equal(beats.last('a'), undefined)
  beats.beat('a', beat)
  assert.deepEqual(beats.last('a'), beat)

  rmSync(directory, { recursive: true })
  beats.beat('a', beat)
  assert.equal(
    existsSync(directory),
    false,
    'a state folder that is removed under its processes stays removed',
  )

  mkdirSync(directory)
  const file = join(directory, 'file')
  writeFileSync(file, '')
  const nowhere = journalHeartbeats(file)
  nowhere.beat('a', beat)
  assert.equal(nowhere.last('a'), undefined)
  nowhere.end('a')
})

test('when the whole store is taken away, who knew each other go on hearing each other; one that has ended is not heard', t => {
  const directory = join(folder(t), 'store')
  mkdirSync(directory)
  const [one, other] = [journalHeartbeats(directory), journalHeartbeats(directory)]
  t.after(() => [one, other].forEach(beats => beats.close()))
  const beats = (heartbeat: number): void => ['a', 'b'].forEach(key => one.beat(key, { ...beat, heartbeat }))
  beats(1)
  assert.equal(other.last('a')?.heartbeat, 1)
  assert.equal(other.last('b')?.heartbeat, 1)
  one.end('b')
  assert.equal(other.last('b'), undefined)

  renameSync(directory, `${directory}-gone`)
  one.beat('a', { ...beat, heartbeat: 2 })
  assert.equal(other.last('a')?.heartbeat, 2)
  assert.equal(other.last('b'), undefined)
  rmSync(`${directory}-gone`, { recursive: true })
  one.beat('a', { ...beat, heartbeat: 3 })
  assert.equal(other.last('a')?.heartbeat, 3)
  assert.equal(existsSync(directory), false)
})

test('nothing is left open', t => {
  const directory = folder(t)
  const beats = journalHeartbeats(directory)
  const openFiles = (): number =>
    readdirSync('/proc/self/fd').filter(fd => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(directory)
      } catch {
        return false
      }
    }).length
  if (!existsSync('/proc/self/fd')) return t.skip('this system does not tell which files are open')
  for (let heartbeat = 0; heartbeat < 10; heartbeat++) {
    beats.beat('a', { ...beat, heartbeat })
    beats.last('a')
    assert.equal(openFiles(), 2)
  }
  beats.close()
  assert.equal(openFiles(), 0)
})
