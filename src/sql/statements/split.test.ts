import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EverportError } from '../../base/errors.ts'
import { characterPosition, tokensOf } from './lexer.ts'
import { splitStatements } from './split.ts'

const texts = (text: string): string[] => splitStatements(text).map(statement => statement.text)

const cases: [text: string, statements: string[]][] = [
  ['', []],
  [' ; ;; -- only a comment', []],
  ['select 1', ['select 1']],
  ['select 1;', ['select 1']],
  ['select 1; select 2 ; ', ['select 1', 'select 2']],
  ["select ';'; select 2", ["select ';'", 'select 2']],
  ["select 'it''s;'; b", ["select 'it''s;'", 'b']],
  ["select '\\'; b", ["select '\\'", 'b']],
  ["select E'\\';'; b", ["select E'\\';'", 'b']],
  ["select e'\\\\'; b", ["select e'\\\\'", 'b']],
  ["select the'\\'; b", ["select the'\\'", 'b']],
  ['select ";"";"; b', ['select ";"";"', 'b']],
  ["select U&'\\0041;'; b", ["select U&'\\0041;'", 'b']],
  ['select U&";" ; b', ['select U&";"', 'b']],
  ['select $$;$$; b', ['select $$;$$', 'b']],
  ['select $a$;$$;$a$; b', ['select $a$;$$;$a$', 'b']],
  ['select $1; $2', ['select $1', '$2']],
  ['select a$b$c; b$', ['select a$b$c', 'b$']],
  ['select $é$;$é$; b', ['select $é$;$é$', 'b']],
  ['a -- ; \n; b', ['a', 'b']],
  ['a /* ; /* ; */ ; */ ; b', ['a', 'b']],
  ['/* first */ a /* inside */ b /* last */; c', ['a /* inside */ b', 'c']],
  ['a - -1; b /2; c', ['a - -1', 'b /2', 'c']],
  ["select 'a' -- x\n 'b'; c", ["select 'a' -- x\n 'b'", 'c']],
]

test('statements are split as PostgreSQL splits them', () => {
  for (const [text, expected] of cases) assert.deepEqual(texts(text), expected, text)
})

test('what does not end is a syntax error with its position', () => {
  const wrong: [text: string, message: RegExp, position: number][] = [
    ["select 'a", /unterminated quoted string at or near "'a"/, 8],
    ["é; select E'\\'", /unterminated quoted string/, 11],
    ['select "a', /unterminated quoted identifier/, 8],
    ['a /* b /* */', /unterminated \/\* comment/, 3],
    ['😀 $x$ $$', /unterminated dollar-quoted string/, 3],
  ]
  for (const [text, message, position] of wrong) {
    assert.throws(
      () => splitStatements(text),
      (error: unknown) =>
        error instanceof EverportError &&
        error.code === 'syntax_error' &&
        message.test(error.message) &&
        error.position === position,
      text,
    )
  }
})

test('offsets say where a statement was', () => {
  const text = ' a;\n /* x */ b'
  for (const statement of splitStatements(text)) {
    assert.equal(text.slice(statement.offset, statement.offset + statement.text.length), statement.text)
  }
})

const pieces = fc.constantFrom(
  "'",
  '"',
  '$',
  '$$',
  '$a$',
  ';',
  '--',
  '\n',
  '/*',
  '*/',
  'E',
  'U&',
  '\\',
  'a',
  '1',
  ' ',
  'é',
  '😀',
  '.',
  'e5',
)

test('any text: tokens follow one another and cover all but blanks and comments, or it is refused', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), parts => {
      const text = parts.join('')
      try {
        let end = 0
        for (const token of tokensOf(text)) {
          assert.ok(token.start >= end && token.end > token.start && token.end <= text.length)
          end = token.end
        }
        splitStatements(text)
      } catch (error) {
        assert.ok(error instanceof EverportError)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('a megabyte of quotes, comments or semicolons is split in linear time', () => {
  const started = process.cpuUsage()
  for (const piece of ["''", '/**/', ';', '-- \n', '$$$$', 'a ', '/*']) {
    try {
      splitStatements(piece.repeat(1_000_000 / piece.length))
    } catch (error) {
      assert.ok(error instanceof EverportError)
    }
  }
  const { user } = process.cpuUsage(started)
  assert.ok(user < 20_000_000, `${user} µs`)
})

test('positions count characters, not UTF-16 units', () => {
  assert.equal(characterPosition('😀é a', 4), 4)
  assert.equal(characterPosition('', 0), 1)
})
