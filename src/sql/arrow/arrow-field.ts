/** A column as Arrow describes it: the types of Schema.fbs that a result of ours can have. */
export interface ArrowField {
  readonly name: string
  readonly nullable: boolean
  readonly type: ArrowType
  readonly children: readonly ArrowField[]
  /** Values are indexes, unsigned and of this size, into a dictionary that is sent ahead of the rows. */
  readonly dictionaryIndexBits?: 8 | 16 | 32
  /** Canonical extension, for example `arrow.uuid`: clients that do not know it see `type`. */
  readonly extension?: string
  /** More about the column, as keys and values. */
  readonly metadata?: Readonly<Record<string, string>>
}

export type ArrowTimeUnit = 'second' | 'millisecond' | 'microsecond' | 'nanosecond'

export type ArrowType =
  | { readonly kind: 'null' | 'bool' | 'utf8' | 'binary' | 'date' | 'interval' | 'list' | 'struct' | 'map' }
  | { readonly kind: 'int'; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
  | { readonly kind: 'float'; readonly bits: 32 | 64 }
  | {
      readonly kind: 'decimal'
      readonly bits: 128 | 256
      readonly precision: number
      readonly scale: number
    }
  | { readonly kind: 'time'; readonly unit: ArrowTimeUnit }
  | { readonly kind: 'timestamp'; readonly unit: ArrowTimeUnit; readonly zone?: string }
  | { readonly kind: 'fixed-binary'; readonly width: number }
  | { readonly kind: 'fixed-list'; readonly size: number }
  | { readonly kind: 'union'; readonly mode: 'sparse' | 'dense' }

export function arrowField(
  name: string,
  type: ArrowType,
  more: Partial<Omit<ArrowField, 'name' | 'type'>> = {},
): ArrowField {
  return { name, type, nullable: true, children: [], ...more }
}
