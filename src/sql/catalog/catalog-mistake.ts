import { EverportError } from '../../base/errors.ts'
import { type Mistake, renderMistakes } from '../../topology/mistakes.ts'

/** A mistake with the place of `at` in the source. */
export function mistakeAt(
  file: string,
  source: string,
  at: { readonly start: number; readonly end: number },
  where: string,
  found: string,
  expected: string,
  hint?: string,
): Mistake {
  const before = source.slice(0, at.start)
  const lineStart = before.lastIndexOf('\n') + 1
  const line = before.split('\n').length
  const sourceLine = source.slice(lineStart).split('\n', 1)[0] ?? ''
  const mistake = {
    file,
    line,
    column: at.start - lineStart + 1,
    width: Math.max(1, Math.min(at.end - at.start, sourceLine.length - (at.start - lineStart))),
    sourceLine,
    where,
    found,
    expected,
  }
  return hint === undefined ? mistake : { ...mistake, hint }
}

export function catalogError(mistakes: readonly Mistake[]): EverportError {
  return new EverportError('invalid_input', 'the catalog file cannot be used', {
    detail: renderMistakes(mistakes),
    hint: 'correct the file, then start the node again',
  })
}
