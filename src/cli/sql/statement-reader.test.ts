import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatementReader, splitInputs, statementLengthMax } from './statement-reader.ts'

test('a statement ends with its semicolon, on whatever line', () => {
  const reader = new StatementReader()
  assert.deepEqual(reader.feed('select 1'), [])
  assert.equal(reader.isPending, true)
  assert.deepEqual(reader.feed('  + 2; select'), [{ kind: 'statement', text: 'select 1\n  + 2' }])
  assert.deepEqual(reader.feed('3;'), [{ kind: 'statement', text: 'select\n3' }])
  assert.equal(reader.isPending, false)
})

test('semicolons in quotes and comments end nothing', () => {
  const whole = [`select ';', "a;b", $$;$$, $x$;$$;$x$, e'\\';' -- ;`, '/* ; /* ; */ ; */ from t']
  const reader = new StatementReader()
  for (const line of whole) assert.deepEqual(reader.feed(line), [])
  assert.deepEqual(reader.feed(';'), [{ kind: 'statement', text: whole.join('\n') }])
})

test('an open quote goes on over lines, and a backslash in it is no command', () => {
  const reader = new StatementReader()
  assert.deepEqual(reader.feed("select 'a;"), [])
  assert.deepEqual(reader.feed('\\d'), [])
  assert.deepEqual(reader.feed("';"), [{ kind: 'statement', text: "select 'a;\n\\d\n'" }])
  assert.deepEqual(reader.feed(' \\d x'), [{ kind: 'command', text: '\\d x' }])
})

test('blank lines, comments and lone semicolons are nothing', () => {
  const reader = new StatementReader()
  for (const line of ['', '  ', '-- note', ';;', '/* x */']) assert.deepEqual(reader.feed(line), [], line)
  assert.equal(reader.isPending, false)
  assert.deepEqual(reader.finish(), [])
})

test('the last statement of a text needs no semicolon', () => {
  assert.deepEqual(
    splitInputs('select 1;\r\nselect 2 -- end').map(input => input.text),
    ['select 1', 'select 2 -- end'],
  )
  assert.deepEqual(splitInputs(' ; '), [])
})

test('a statement without an end does not fill the memory', () => {
  const reader = new StatementReader()
  const line = 'x'.repeat(statementLengthMax / 4)
  for (let i = 0; i < 3; i++) reader.feed(line)
  assert.throws(() => [reader.feed(line), reader.feed(line)], { code: 'statement_too_complex' })
  assert.equal(reader.isPending, false)
})
