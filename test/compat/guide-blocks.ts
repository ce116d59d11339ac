/** A block of commands in a document. */
export interface GuideBlock {
  /** The headings that it stands under, outermost first. */
  readonly under: readonly string[]
  /** Of its first command, counted from 1. */
  readonly line: number
  readonly commands: string
}

/** The blocks that begin with three backquotes and `sh`, in order. */
export function guideBlocks(markdown: string): GuideBlock[] {
  const blocks: GuideBlock[] = []
  const under: string[] = []
  let open: { readonly language: string; readonly line: number; readonly lines: string[] } | undefined
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(\w*)$/.exec(line)
    if (open !== undefined && fence !== null) {
      if (open.language === 'sh')
        blocks.push({ under: [...under], line: open.line, commands: `${open.lines.join('\n')}\n` })
      open = undefined
    } else if (fence !== null) open = { language: fence[1] ?? '', line: index + 2, lines: [] }
    else if (open !== undefined) open.lines.push(line)
    else {
      const heading = /^(#+) (.*)$/.exec(line)
      if (heading !== null) under.splice((heading[1]?.length ?? 1) - 1, under.length, heading[2] ?? '')
    }
  }
  return blocks
}
