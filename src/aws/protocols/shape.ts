/** What the SDK's schema of one shape says, compiled once: decoding and encoding walk this and look nothing up by rule. */
export type Shape = StructureShape | ListShape | MapShape | LeafShape

export interface StructureShape {
  readonly kind: 'structure'
  readonly name: string
  readonly members: readonly Member[]
  readonly byName: ReadonlyMap<string, Member>
  /** By the name in a query. */
  readonly byQueryName: ReadonlyMap<string, Member>
  readonly byXmlName: ReadonlyMap<string, Member>
}

export interface Member {
  readonly name: string
  readonly shape: Shape
  readonly isRequired: boolean
  readonly xmlName: string
  readonly queryName: string
  readonly place: MemberPlace
  readonly constraint: Constraint | undefined
}

/** Where restXml carries it (HTTP binding traits); 'body' everywhere in the query protocols. */
export type MemberPlace =
  | { readonly kind: 'body' }
  | { readonly kind: 'label' | 'header' | 'query'; readonly name: string }

export interface ListShape {
  readonly kind: 'list'
  readonly item: Shape
  /** Element of one item. */
  readonly itemName: string
}

export interface MapShape {
  readonly kind: 'map'
  readonly value: Shape
}

export type LeafType = 'string' | 'number' | 'boolean' | 'timestamp' | 'blob'

export interface LeafShape {
  readonly kind: 'leaf'
  readonly type: LeafType
}

/** See constraints/README.md. */
export interface Constraint {
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
  readonly enum?: readonly string[]
  readonly num?: 'integer' | 'long' | 'float'
  readonly each?: Constraint
}

/** By structure, then by member. */
export type Constraints = Readonly<Record<string, Readonly<Record<string, Constraint>>>>
