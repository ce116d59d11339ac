/** What a reader of a map needs. */
export interface Lookup<K, V> {
  get(key: K): V | undefined
  has(key: K): boolean
}

const gone = Symbol('gone')
type Written<K, V> = ReadonlyMap<K, V | typeof gone>

/** Beyond so many writes, and some for the size of the map, they are merged into one table. */
const writesMin = 64

/**
 * A map that never changes. The map after some writes shares its table with the map before: it costs as much as what was written since
 * the table was made, which is on the order of the root of the size, and not the size. Values are never undefined.
 */
export class SharedMap<K, V extends object | string | number> implements Lookup<K, V> {
  readonly #table: ReadonlyMap<K, V>
  readonly #written: Written<K, V>

  private constructor(table: ReadonlyMap<K, V>, written: Written<K, V>) {
    this.#table = table
    this.#written = written
  }

  static empty<K, V extends object | string | number>(): SharedMap<K, V> {
    return new SharedMap<K, V>(new Map(), new Map())
  }

  get(key: K): V | undefined {
    const written = this.#written.get(key)
    if (written === undefined) return this.#table.get(key)
    return written === gone ? undefined : written
  }

  has(key: K): boolean {
    return this.get(key) !== undefined
  }

  /** In no order that means anything. */
  *entries(): Generator<readonly [K, V]> {
    for (const entry of this.#table) if (!this.#written.has(entry[0])) yield entry
    for (const [key, value] of this.#written) if (value !== gone) yield [key, value]
  }

  /** Undefined deletes. */
  with(writes: Iterable<readonly [K, V | undefined]>): SharedMap<K, V> {
    const written = new Map(this.#written)
    let isOther = false
    for (const [key, value] of writes) {
      isOther = true
      if (value !== undefined) written.set(key, value)
      else if (this.#table.has(key)) written.set(key, gone)
      else written.delete(key)
    }
    if (!isOther) return this
    if (written.size <= writesMin + 4 * Math.sqrt(this.#table.size))
      return new SharedMap(this.#table, written)
    const table = new Map(this.#table)
    for (const [key, value] of written) {
      if (value === gone) table.delete(key)
      else table.set(key, value)
    }
    return new SharedMap<K, V>(table, new Map())
  }
}
