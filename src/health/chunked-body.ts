/** A chunk's size line with its extensions. RFC 9112 section 7.1.1 asks receivers to limit them. */
const sizeLineBytesMax = 256

/** Takes the chunks of RFC 9112 section 7.1 apart, whatever pieces they come in. Trailers are not waited for. */
export interface ChunkedBody {
  /** The content within `data`. */
  push(data: Buffer): Buffer[]
  isWhole(): boolean
  /** What is wrong with it; it takes no more then. */
  fault(): string | undefined
}

export function chunkedBody(): ChunkedBody {
  let state: 'size' | 'content' | 'content-end' | 'whole' = 'size'
  let line = ''
  let left = 0
  let fault: string | undefined

  const takeLine = (data: Buffer): Buffer => {
    const end = data.indexOf(10)
    line += data.toString('latin1', 0, end < 0 ? Math.min(data.length, sizeLineBytesMax) : end)
    if (line.length > sizeLineBytesMax) fault = 'a chunk size without end'
    if (end < 0) return data.subarray(data.length)
    endLine()
    return data.subarray(end + 1)
  }
  const endLine = (): void => {
    const text = line.replace(/\r$/, '')
    line = ''
    if (state === 'content-end') {
      if (text !== '') fault = 'a chunk longer than its size'
      state = 'size'
      return
    }
    const found = /^([0-9a-f]{1,8})[ \t]*(?:;|$)/i.exec(text)
    if (found === null) fault = 'not a chunk size'
    left = Number.parseInt(found?.[1] ?? '0', 16)
    state = left === 0 ? 'whole' : 'content'
  }

  return {
    push(data) {
      const found: Buffer[] = []
      let rest = data
      while (rest.length > 0 && state !== 'whole' && fault === undefined) {
        if (state !== 'content') {
          rest = takeLine(rest)
          continue
        }
        const piece = rest.subarray(0, left)
        found.push(piece)
        rest = rest.subarray(piece.length)
        left -= piece.length
        if (left === 0) state = 'content-end'
      }
      return found
    },
    isWhole: () => state === 'whole',
    fault: () => fault,
  }
}
