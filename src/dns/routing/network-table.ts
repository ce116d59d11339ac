import { type AddressBytes, bitAt, type NetworkPrefix } from '../../base/ip-address.ts'

/** Networks with a value each, asked for the longest that holds an address. Never changes. */
export interface NetworkTable<T> {
  readonly rows: readonly NetworkRow<T>[]
  /** Binary tries, one a family: two children a node, 0 for none; node 0 is IPv4's root, node 1 IPv6's. */
  readonly children: Int32Array
  /** By node: the row whose network ends there, or -1. */
  readonly rowAt: Int32Array
}

export interface NetworkRow<T> {
  readonly prefix: NetworkPrefix
  readonly value: T
}

export interface NetworkMatch {
  /** Into `rows`, from the longest network to the shortest. Empty when no network holds the address. */
  readonly rows: readonly number[]
  /**
   * So many leading bits decided: everybody who shares them finds the same. Longer than the network found when there is another
   * within it (RFC 7871 section 7.2.1: an answer must not cover those for whom a longer prefix says otherwise).
   */
  readonly scopeBits: number
}

/** A worldwide table of countries has some 500,000 networks. */
export const networkTableLimits = { rowsMax: 2_000_000, nodesMax: 64_000_000 } as const

/** Undefined when there are more networks than the limits allow. Of two rows for one network the last counts. */
export function networkTable<T>(rows: readonly NetworkRow<T>[]): NetworkTable<T> | undefined {
  if (rows.length > networkTableLimits.rowsMax) return undefined
  let children: Int32Array = new Int32Array(Math.max(64, rows.length * 8))
  let count = 2
  const ends: [node: number, row: number][] = []
  for (const [row, { prefix }] of rows.entries()) {
    let node: number = rootOf(prefix.address)
    for (let bit = 0; bit < prefix.bits; bit++) {
      const slot = node * 2 + bitAt(prefix.address, bit)
      let next = children[slot] ?? 0
      if (next === 0) {
        next = count++
        if (next >= networkTableLimits.nodesMax) return undefined
        if (count * 2 > children.length) children = grown(children)
        children[slot] = next
      }
      node = next
    }
    ends.push([node, row])
  }
  const rowAt = new Int32Array(count).fill(-1)
  for (const [node, row] of ends) rowAt[node] = row
  return { rows, children: children.slice(0, count * 2), rowAt }
}

/** Knows nobody. */
export const emptyTable: NetworkTable<never> = {
  rows: [],
  children: new Int32Array(4),
  rowAt: new Int32Array(2).fill(-1),
}

export function matchNetwork<T>(table: NetworkTable<T>, address: AddressBytes): NetworkMatch {
  const rows: number[] = []
  let node: number = rootOf(address)
  let bit = 0
  for (;;) {
    const row = table.rowAt[node] ?? -1
    if (row >= 0) rows.unshift(row)
    if (bit === address.length * 8) break
    const next = table.children[node * 2 + bitAt(address, bit)] ?? 0
    if (next === 0) {
      // Where the two sides part, one bit more tells them apart; at a leaf there is no other side.
      const isLeaf = (table.children[node * 2] ?? 0) === 0 && (table.children[node * 2 + 1] ?? 0) === 0
      if (!isLeaf) bit++
      break
    }
    node = next
    bit++
  }
  return { rows, scopeBits: bit }
}

function rootOf(address: AddressBytes): 0 | 1 {
  return address.length === 4 ? 0 : 1
}

function grown(children: Int32Array): Int32Array {
  const larger = new Int32Array(children.length * 2)
  larger.set(children)
  return larger
}
