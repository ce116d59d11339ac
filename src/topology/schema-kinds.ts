/**
 * The small language in which the topology file is described: what a value is, its bounds, its default and why. The validator,
 * the JSON Schema for editors and the reference page all read it.
 */
export interface TextSchema {
  readonly kind: 'text'
  readonly pattern: RegExp
  /** The pattern in words, for example `a lower-case DNS label`. */
  readonly expected: string
  readonly lengthMax: number
}
export interface WholeSchema {
  readonly kind: 'whole'
  readonly min: number
  readonly max: number
}
export interface TruthSchema {
  readonly kind: 'truth'
}
export interface ChoiceSchema<T extends string = string> {
  readonly kind: 'choice'
  readonly of: readonly T[]
}
/** Written as `250ms`, `5s`, `2m`, `1h`; read as milliseconds. */
export interface DurationSchema {
  readonly kind: 'duration'
  readonly min: string
  readonly max: string
}
/** Written as `512MB`, `2GB`; read as megabytes. */
export interface SizeSchema {
  readonly kind: 'size'
  readonly min: string
  readonly max: string
}
export interface ListSchema<S extends Schema = Schema> {
  readonly kind: 'list'
  readonly of: S
  readonly lengthMin: number
  readonly lengthMax: number
}
export interface MapSchema<F extends Fields = Fields> {
  readonly kind: 'map'
  readonly fields: F
}
export type Schema =
  | TextSchema
  | WholeSchema
  | TruthSchema
  | ChoiceSchema
  | DurationSchema
  | SizeSchema
  | ListSchema
  | MapSchema

/** One key of a mapping. */
export interface Field<S extends Schema = Schema, P extends Presence = Presence> {
  readonly schema: S
  readonly about: string
  readonly presence: P
  readonly examples: readonly unknown[]
}

/** `computed`: absent it follows from other values, as the words say. */
export type Presence =
  | { readonly kind: 'required' }
  | { readonly kind: 'default'; readonly value: string | number | boolean; readonly reason: string }
  | { readonly kind: 'computed'; readonly words: string }
  | { readonly kind: 'defaults-inside' }

export type Fields = Readonly<Record<string, Field>>

/** The value that a valid text of this schema stands for; defaults are filled in. */
export type ValueOf<S extends Schema> =
  S extends ChoiceSchema<infer T>
    ? T
    : S extends TextSchema
      ? string
      : S extends WholeSchema | DurationSchema | SizeSchema
        ? number
        : S extends TruthSchema
          ? boolean
          : S extends ListSchema<infer I>
            ? readonly ValueOf<I>[]
            : S extends MapSchema<infer F>
              ? {
                  readonly [K in keyof F]:
                    | ValueOf<F[K]['schema']>
                    | (F[K]['presence'] extends { kind: 'computed' } ? undefined : never)
                }
              : never

/** What is known of a file that may have mistakes: whatever is wrong or missing is undefined, at any depth. */
export type DraftOf<T> = T extends readonly (infer I)[]
  ? readonly (DraftOf<I> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: DraftOf<T[K]> | undefined }
    : T

export const text = (expected: string, pattern: RegExp, lengthMax: number): TextSchema => ({
  kind: 'text',
  expected,
  pattern,
  lengthMax,
})
export const whole = (min: number, max: number): WholeSchema => ({ kind: 'whole', min, max })
export const truth: TruthSchema = { kind: 'truth' }
export const choice = <const T extends string>(...of: readonly T[]): ChoiceSchema<T> => ({
  kind: 'choice',
  of,
})
export const duration = (min: string, max: string): DurationSchema => ({ kind: 'duration', min, max })
export const size = (min: string, max: string): SizeSchema => ({ kind: 'size', min, max })
export const list = <S extends Schema>(of: S, lengthMin: number, lengthMax: number): ListSchema<S> => ({
  kind: 'list',
  of,
  lengthMin,
  lengthMax,
})
export const map = <F extends Fields>(fields: F): MapSchema<F> => ({ kind: 'map', fields })

interface About {
  readonly about: string
  readonly examples?: readonly unknown[]
}

export const required = <S extends Schema>(schema: S, words: About): Field<S, { kind: 'required' }> => ({
  schema,
  about: words.about,
  examples: words.examples ?? [],
  presence: { kind: 'required' },
})

/** A default stands beside the reason for it. */
export const optional = <S extends Schema>(
  schema: S,
  words: About & { readonly default: string | number | boolean; readonly reason: string },
): Field<S, { kind: 'default'; value: string | number | boolean; reason: string }> => ({
  schema,
  about: words.about,
  examples: words.examples ?? [],
  presence: { kind: 'default', value: words.default, reason: words.reason },
})

export const computed = <S extends Schema>(
  schema: S,
  words: About & { readonly absent: string },
): Field<S, { kind: 'computed'; words: string }> => ({
  schema,
  about: words.about,
  examples: words.examples ?? [],
  presence: { kind: 'computed', words: words.absent },
})

/** A mapping that may be left out whole, since every key in it has a default. */
export const group = <S extends MapSchema>(
  schema: S,
  words: About,
): Field<S, { kind: 'defaults-inside' }> => ({
  schema,
  about: words.about,
  examples: words.examples ?? [],
  presence: { kind: 'defaults-inside' },
})
