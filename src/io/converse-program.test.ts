import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { systemPrograms } from './programs.ts'

const timeout = 20_000

/** A shell that reads questions, each in `q`. */
function shell(t: TestContext, answer: string) {
  const conversation = systemPrograms.converse('sh', ['-c', `while read -r q; do ${answer}; done`])
  t.after(conversation.close)
  return conversation
}

test('each question has its answer, of whatever length, and other lines are none', { timeout }, async t => {
  const long = 'x'.repeat(300_000)
  const conversation = shell(
    t,
    `echo "$q?"; echo "> {$q"; echo more; echo "{$(head -c ${long.length} /dev/zero | tr '\\0' x)"`,
  )
  assert.equal(await conversation.ask('one', '{one'), '{one')
  assert.equal(await conversation.ask('two', '{two'), '{two')
  assert.equal(await conversation.ask('three', '{x'), `{${long}`)
})

test('a complaint refuses the question, and it is over', { timeout }, async t => {
  const conversation = shell(t, 'echo "no $q" >&2')
  await assert.rejects(conversation.ask('such thing', '{'), { message: 'no such thing' })
  await assert.rejects(conversation.ask('again', '{'), { message: 'no such thing' })
})

test('a program that ends, or is not there, refuses', { timeout }, async t => {
  await assert.rejects(shell(t, 'exit 3').ask('a', '{'), { message: 'sh ended and did not say why' })
  const none = systemPrograms.converse('everport-no-such-program', [])
  await assert.rejects(none.ask('a', '{'), /ENOENT/)
})

test('several questions are answered in their order, and a complaint refuses all that are left', {
  timeout,
}, async t => {
  const conversation = shell(
    t,
    'if [ "$q" = bad ]; then echo "no $q" >&2; while read -r q; do :; done; else echo "{$q"; fi',
  )
  const ask = (...questions: string[]) => questions.map(question => conversation.ask(question, '{'))
  assert.deepEqual(await Promise.all(ask('one', 'two', 'three')), ['{one', '{two', '{three'])
  const settled = await Promise.allSettled(ask('four', 'bad', 'five'))
  assert.deepEqual(
    settled.map(one => (one.status === 'fulfilled' ? one.value : String(one.reason))),
    ['{four', 'Error: no bad', 'Error: no bad'],
  )
})

test('closed, it refuses whoever waits, and the program is gone', { timeout }, async t => {
  const conversation = shell(t, 'echo "{$$"; exec sleep 1000')
  const pid = Number((await conversation.ask('who are you', '{')).slice(1))
  const waiting = conversation.ask('are you there', '{')
  conversation.close()
  await assert.rejects(waiting, { message: 'closed' })
  await assert.rejects(async () => {
    for (;;) {
      process.kill(pid, 0)
      await new Promise(resolve => setImmediate(resolve))
    }
  })
})
