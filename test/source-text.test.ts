import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blankedText, importsOf } from './source-text.ts'

const specifiers = (text: string): string[] =>
  importsOf({ path: 'x.ts', text, code: blankedText(text) }).map(
    ({ specifier, isTypeOnly, line }) => `${line} ${specifier}${isTypeOnly ? ' type' : ''}`,
  )

test('every form of import is seen, with its line and whether it is types only', () => {
  const text = `import { a } from './a.ts'
import type { B } from "./b.ts"
import {
  type C,
  c,
} from './c.ts'
import { type D, type E } from './d.ts'
import * as f from 'f'
import './g.ts'
export { h } from './h.ts'
export * from './i.ts'
export type { J } from './j.ts'
const k = await import('./k.ts')
const l = await import(name)
type M = typeof import('./m.ts')
import n, { type O } from 'n'
`
  const expected = `
1 ./a.ts
2 ./b.ts type
3 ./c.ts
7 ./d.ts type
8 f
10 ./h.ts
11 ./i.ts
12 ./j.ts type
16 n
9 ./g.ts
13 ./k.ts
14 (computed)
15 ./m.ts type`
  assert.deepEqual(specifiers(text), expected.trim().split('\n'))
})

test('what stands in comments, strings, templates and regular expressions is not code', () => {
  const inert = [
    "// import { a } from './a.ts'",
    "/* \nimport { a } from './a.ts'\n*/",
    'const s = "Math.random()"',
    "const s = 'it\\'s Math.random()'",
    'const s = `Math.random() ${`Math.random()`}`',
    'const r = /[\'"`]Math.random()[/]/',
    "if (/'/.test(x)) y('Math.random()')",
  ]
  for (const text of inert) {
    const code = blankedText(text)
    assert.equal(code.length, text.length, text)
    assert.ok(!/Math\.random|from/.test(code), `${text}\n${code}`)
  }
})

test('what stands between them stays', () => {
  const live = [
    'const a = b / Math.random() / c',
    'const s = `${Math.random()} text`',
    'const s = `${{ a: "}" }.a + Math.random()}`',
    "const quote = '\"'; Math.random()",
    'f(x) // why\nMath.random()',
    "const r = /\\/'/g; Math.random()",
  ]
  for (const text of live) assert.match(blankedText(text), /Math\.random\(\)/, text)
})
