/** First in, first out, at most `capacity` items; a ring, so neither end moves the others. */
export class BoundedQueue<T> {
  readonly capacity: number
  #items: (T | undefined)[]
  #head = 0
  #length = 0

  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new RangeError(`capacity: expected 1 or more, found ${capacity}`)
    this.capacity = capacity
    this.#items = Array.from<T | undefined>({ length: Math.min(capacity, 16) })
  }

  get length(): number {
    return this.#length
  }

  /** False, and nothing is changed, when the queue is full. */
  push(item: T): boolean {
    if (this.#length === this.capacity) return false
    if (this.#length === this.#items.length) this.#grow()
    this.#items[(this.#head + this.#length) % this.#items.length] = item
    this.#length++
    return true
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head] = undefined
    this.#head = (this.#head + 1) % this.#items.length
    this.#length--
    return item
  }

  /** Takes the first item that fits out of the middle; undefined when none does. */
  remove(fits: (item: T) => boolean): T | undefined {
    for (let i = 0; i < this.#length; i++) {
      const item = this.#items[(this.#head + i) % this.#items.length] as T
      if (!fits(item)) continue
      for (let j = i; j + 1 < this.#length; j++) {
        this.#items[(this.#head + j) % this.#items.length] =
          this.#items[(this.#head + j + 1) % this.#items.length]
      }
      this.#length--
      this.#items[(this.#head + this.#length) % this.#items.length] = undefined
      return item
    }
    return undefined
  }

  #grow(): void {
    const size = Math.min(this.capacity, this.#items.length * 2)
    const next = Array.from<T | undefined>({ length: size })
    for (let i = 0; i < this.#length; i++) next[i] = this.#items[(this.#head + i) % this.#items.length]
    this.#items = next
    this.#head = 0
  }
}
