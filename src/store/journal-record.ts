import { EverportError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { type Commit, frozenJson, type PreparedCommit } from './prepared-commit.ts'
import type { Document, Guard, Revision } from './store.ts'

/** What the lines of a journal say (docs/decisions/002-store-journal.md), as JSON. */
export type JournalRecord =
  /** The first of every journal: what it begins with is in the next records, up to byte `bytes` of the file. */
  | {
      readonly kind: 'start'
      readonly format: number
      readonly revision: Revision
      readonly documents: number
      readonly bytes: number
    }
  /** Some of the documents that the journal begins with, in key order. */
  | { readonly kind: 'documents'; readonly documents: readonly Document[] }
  | { readonly kind: 'commit'; readonly commit: Commit }
  /** The last of a journal: what comes after it never was. The next journal begins with all that is known here. */
  | { readonly kind: 'end' }

export const journalFormat = 2

export function startJson(revision: Revision, documents: number, bytes: number): string {
  return JSON.stringify({ everport: 'store', format: journalFormat, revision, documents, bytes })
}

export function documentsJson(documents: readonly Document[]): string {
  return JSON.stringify({ documents: documents.map(({ key, revision, value }) => [key, revision, value]) })
}

export function commitJson({ guards, writes }: PreparedCommit): string {
  const guarded = JSON.stringify(guards.map(({ key, revision }) => [key, revision]))
  const written = Array.from(writes, ([key, value]) =>
    value === undefined ? `[${JSON.stringify(key)}]` : `[${JSON.stringify(key)},${value.text}]`,
  )
  return `{"guards":${guarded},"writes":[${written.join()}]}`
}

export const endJson = '{"end":true}'

interface Written {
  readonly everport?: string
  readonly format?: number
  readonly revision?: Revision
  readonly bytes?: number
  readonly documents?: number | readonly (readonly [string, Revision, Json])[]
  readonly guards?: readonly (readonly [string, Guard['revision']])[]
  readonly writes?: readonly (readonly [string, Json?])[]
  readonly end?: true
}

/** What a line says. Only this program writes lines, so that their shape is not looked at closely. Throws EverportError 'state_error'. */
export function recordOf(json: string): JournalRecord {
  const written = frozenJson(json) as Written
  const { documents, guards, writes } = written
  if (guards !== undefined && writes !== undefined) {
    return {
      kind: 'commit',
      commit: {
        guards: guards.map(([key, revision]) => ({ key, revision })),
        writes: new Map(
          writes.map(([key, value]) => [key, value === undefined ? undefined : { value }] as const),
        ),
      },
    }
  }
  if (written.everport === 'store') {
    const { format = 0, revision = 0, bytes = 0 } = written
    return { kind: 'start', format, revision, documents: Number(documents), bytes }
  }
  if (typeof documents === 'object') {
    return {
      kind: 'documents',
      documents: documents.map(([key, revision, value]) => Object.freeze({ key, revision, value })),
    }
  }
  if (written.end === true) return { kind: 'end' }
  throw new EverportError(
    'state_error',
    `the store holds something that this Everport does not know: ${json.slice(0, 100)}`,
    {
      hint: 'use the newer Everport that wrote it, or another state folder',
    },
  )
}
