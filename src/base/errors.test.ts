import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  type ErrorCode,
  EverportError,
  errorTable,
  publicError,
  renderForAws,
  renderForHttp,
  renderForPostgres,
  renderForTerminal,
} from './errors.ts'

const codes = Object.keys(errorTable) as ErrorCode[]

// PostgreSQL 15, appendix A: the two-character classes that a server may report as an error.
const sqlStateClasses = new Set(
  (
    '03 08 09 0A 0B 0F 0L 0P 0Z 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 53 54 55 57 58 ' +
    '72 F0 HV P0 XX'
  ).split(' '),
)

const secret = 'hunter2-of-the-cause'
const everything = (code: ErrorCode): EverportError =>
  new EverportError(code, 'what is wrong', {
    detail: 'what was found\nin two lines',
    hint: 'what to do',
    position: 17,
    cause: new Error(secret),
  })

test('the table has rows and every row has a known SQLSTATE, an HTTP error status and an AWS code', () => {
  assert.ok(codes.length > 30, `${codes.length} codes`)
  for (const code of codes) {
    const { sqlState, httpStatus, awsCode } = errorTable[code]
    assert.match(code, /^[a-z]+(_[a-z]+)*$/)
    assert.match(sqlState, /^[0-9A-Z]{5}$/, code)
    assert.ok(sqlStateClasses.has(sqlState.slice(0, 2)), `${code}: SQLSTATE class of ${sqlState}`)
    assert.ok(
      Number.isInteger(httpStatus) && httpStatus >= 400 && httpStatus <= 599,
      `${code}: ${httpStatus}`,
    )
    assert.match(awsCode, /^[A-Z][A-Za-z.]+$/, code)
  }
})

test('no code is written twice: the later row would silently win', () => {
  const source = readFileSync(new URL('./errors.ts', import.meta.url), 'utf8')
  const written = [...source.matchAll(/^ {2}([a-z_]+): \{ sqlState:/gm)].map(match => match[1])
  assert.deepEqual(written, codes)
  assert.equal(new Set(written).size, written.length)
})

test('PostgreSQL is told severity twice, SQLSTATE and message, and what else there is', () => {
  for (const code of codes) {
    assert.deepEqual(renderForPostgres(everything(code), 'FATAL'), [
      ['S', 'FATAL'],
      ['V', 'FATAL'],
      ['C', errorTable[code].sqlState],
      ['M', 'what is wrong'],
      ['D', 'what was found\nin two lines'],
      ['H', 'what to do'],
      ['P', '17'],
    ])
    const bare = renderForPostgres(new EverportError(code, 'short'), 'ERROR')
    assert.deepEqual(
      bare.map(([field]) => field),
      ['S', 'V', 'C', 'M'],
    )
  }
})

test('HTTP is told status, code and texts', () => {
  for (const code of codes) {
    assert.deepEqual(renderForHttp(everything(code)), {
      status: errorTable[code].httpStatus,
      body: {
        error: code,
        message: 'what is wrong',
        detail: 'what was found\nin two lines',
        hint: 'what to do',
      },
    })
    assert.deepEqual(Object.keys(renderForHttp(new EverportError(code, 'short')).body), ['error', 'message'])
  }
})

test('AWS clients are told who is at fault, by which they decide to retry', () => {
  for (const code of codes) {
    const rendered = renderForAws(everything(code))
    assert.equal(rendered.status, errorTable[code].httpStatus)
    assert.equal(rendered.type, rendered.status < 500 ? 'Sender' : 'Receiver')
    assert.equal(rendered.code, errorTable[code].awsCode)
  }
})

test('a terminal shows what is wrong, what was found, what to try', () => {
  for (const code of codes) {
    assert.equal(
      renderForTerminal(everything(code)),
      'error: what is wrong\n  what was found\n  in two lines\n  try: what to do',
    )
    assert.equal(renderForTerminal(new EverportError(code, 'short')), 'error: short')
  }
})

test('no renderer shows the cause or a stack', () => {
  for (const code of codes) {
    const error = everything(code)
    const shown = JSON.stringify([
      renderForPostgres(error, 'ERROR'),
      renderForHttp(error),
      renderForAws(error),
      renderForTerminal(error),
    ])
    assert.ok(!shown.includes(secret), `${code} shows its cause`)
    assert.ok(!shown.includes('.ts:'), `${code} shows a stack`)
  }
})

test('anything else that is thrown becomes "internal" without its text', () => {
  for (const thrown of [new TypeError(secret), secret, undefined, null, { message: secret }]) {
    const error = publicError(thrown)
    assert.equal(error.code, 'internal')
    assert.equal(error.cause, thrown, 'the log still gets the cause')
    assert.ok(!JSON.stringify([renderForHttp(error), renderForTerminal(error)]).includes(secret))
  }
  const known = new EverportError('read_only', 'views cannot be written')
  assert.equal(publicError(known), known)
})
