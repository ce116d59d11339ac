/** Puts `text` in the place of what stands from `start` to `end`. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

export interface Rewritten {
  readonly text: string
  /** Where an offset of the new text was in the old one. */
  readonly originalOffset: (offset: number) => number
}

/** Edits are in order and do not overlap. */
export function rewrite(source: string, edits: readonly Edit[]): Rewritten {
  let text = ''
  let from = 0
  for (const edit of edits) {
    text += source.slice(from, edit.start) + edit.text
    from = edit.end
  }
  text += source.slice(from)
  return { text, originalOffset: offset => originalOffset(edits, offset) }
}

function originalOffset(edits: readonly Edit[], offset: number): number {
  let moved = 0
  for (const edit of edits) {
    const start = edit.start + moved
    if (offset < start) break
    if (offset < start + edit.text.length) return edit.start
    moved += edit.text.length - (edit.end - edit.start)
  }
  return offset - moved
}
