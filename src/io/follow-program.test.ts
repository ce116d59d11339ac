import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import fc from 'fast-check'
import { lineSplitter } from './follow-program.ts'
import { systemPrograms } from './programs.ts'

/** What is heard, and a promise of the next. */
function listener() {
  const heard: string[] = []
  let wake = (): void => undefined
  const add = (text: string): void => {
    heard.push(text)
    wake()
  }
  return {
    heard,
    hears: { line: add, ended: (why: string) => add(`ended: ${why}`) },
    async until(isEnough: (heard: readonly string[]) => boolean): Promise<void> {
      while (!isEnough(heard))
        await new Promise<void>(resolve => {
          wake = resolve
        })
    },
  }
}

const shell = (script: string, hears: Parameters<typeof systemPrograms.follow>[2]) =>
  systemPrograms.follow('sh', ['-c', script], hears)

async function gone(pid: number): Promise<void> {
  const deadline = performance.now() + 30_000
  while (isThere(pid)) {
    assert.ok(performance.now() < deadline, `process ${pid} is still there`)
    await new Promise(resolve => setImmediate(resolve))
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('lines are heard as they are printed, and the end with its reason', { timeout: 20_000 }, async () => {
  const { heard, hears, until } = listener()
  shell('echo one; echo two; echo "it broke" >&2; exit 3', hears)
  assert.deepEqual(heard, [])
  await until(all => all.length === 3)
  assert.deepEqual(heard, ['one', 'two', 'ended: it broke'])
})

test('a program that does not exist has ended, and it is said why', { timeout: 20_000 }, async () => {
  const { heard, hears, until } = listener()
  systemPrograms.follow('everport-no-such-program', [], hears)
  await until(all => all.length > 0)
  assert.match(heard[0] ?? '', /^ended: .*everport-no-such-program.*not found/)
})

test('stopped, it is killed, and nothing more is heard', { timeout: 20_000 }, async () => {
  const { heard, hears, until } = listener()
  const following = shell('echo $$; exec sleep 1000', hears)
  await until(all => all.length === 1)
  const pid = Number(heard[0])
  assert.ok(isThere(pid))
  following.stop()
  await gone(pid)
  assert.equal(heard.length, 1)
})

test('paused, the program waits; resumed, all that it printed is heard', { timeout: 20_000 }, async () => {
  const { heard, hears, until } = listener()
  const count = 200_000
  const following = shell(`i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo $i; done`, {
    ...hears,
    line(text) {
      hears.line(text)
      if (heard.length === 1) following.pause()
    },
  })
  await until(all => all.length > 0)
  assert.ok(heard.length < count)
  following.resume()
  await until(all => all.length === count + 1)
  assert.equal(heard[count - 1], String(count))
})

test('it does not outlive this process, though it prints nothing', { timeout: 20_000 }, async () => {
  const path = JSON.stringify(new URL('programs.ts', import.meta.url).href)
  const script = `import { systemPrograms } from ${path}
    systemPrograms.follow('sh', ['-c', 'echo $$; exec sleep 1000'], { line: pid => console.log(pid), ended: console.log })`
  const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(said.toString())
  assert.ok(isThere(pid))
  parent.kill('SIGKILL')
  await gone(pid)
})

test('lines come whole out of any pieces; those that are too long are left out', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{0,20}$/)), fc.array(fc.nat(400)), (lines, cuts) => {
      const bytes = Buffer.from(lines.map(line => `${line}\n`).join(''))
      const heard: string[] = []
      const split = lineSplitter(line => heard.push(line))
      let from = 0
      for (const at of [...cuts.filter(cut => cut < bytes.length).sort((a, b) => a - b), bytes.length]) {
        split(bytes.subarray(from, at))
        from = at
      }
      assert.deepEqual(heard, lines)
    }),
  )
  const heard: string[] = []
  const split = lineSplitter(line => heard.push(line))
  for (let i = 0; i < 100; i++) split(Buffer.alloc(1_000, 'x'))
  split(Buffer.from(`\nshort\n${'y'.repeat(5_000)}\nlast\n`))
  assert.deepEqual(heard, ['short', 'last'])
})
