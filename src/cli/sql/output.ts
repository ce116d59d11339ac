import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** Where results go. `write` resolves when there is room for more, so that a slow reader slows everything down. */
export interface Output {
  write(text: string): Promise<void>
  /** Columns of the terminal; undefined in a file or pipe. */
  widthMax(): number | undefined
}

const defaultColumns = 80

/** The reader has gone, as with `| head`: nothing more is wanted. */
export class OutputClosed extends Error {
  override name = 'OutputClosed'
}

export function streamOutput(
  stream: Writable & { readonly isTTY?: boolean; readonly columns?: number },
): Output {
  let isClosed = false
  stream.on('error', () => {
    isClosed = true
  })
  return {
    async write(text) {
      if (isClosed) throw new OutputClosed()
      if (stream.write(text)) return
      try {
        await once(stream, 'drain')
      } catch {
        throw new OutputClosed()
      }
    },
    // A terminal that does not know its width says 0.
    widthMax: () => (stream.isTTY === true ? stream.columns || defaultColumns : undefined),
  }
}
