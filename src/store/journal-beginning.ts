import { EverportError } from '../base/errors.ts'
import type { JournalFile } from './journal-file.ts'
import { takeLine } from './journal-line.ts'
import { journalFormat, recordOf } from './journal-record.ts'
import { type SnapshotTree, snapshotOfSorted } from './snapshot-tree.ts'
import type { Document, Revision } from './store.ts'

/** What a journal begins with: documents that lie between two places of the file, as they were at a revision. */
export interface Beginning {
  readonly revision: Revision
  readonly from: number
  readonly to: number
}

/** Longer than the first line. */
const startBytesMax = 1024

/** Throws EverportError 'state_error' when the file is not a journal that this program can read. */
export function readBeginning(directory: string, file: JournalFile): Beginning {
  const taken = takeLine(file.read(0, startBytesMax), 0)
  const start = taken.kind === 'line' ? recordOf(taken.line.json) : undefined
  if (taken.kind !== 'line' || start?.kind !== 'start') {
    throw unusable(directory, `journal ${file.number} does not begin as a journal does`)
  }
  if (start.format !== journalFormat) {
    throw new EverportError(
      'state_error',
      `the store in ${directory} has format ${start.format}; this Everport reads format ${journalFormat}`,
      { hint: 'use the newer Everport that wrote it, or another state folder' },
    )
  }
  if (file.size() < start.bytes)
    throw unusable(directory, `journal ${file.number} ends after ${file.size()} bytes`)
  return { revision: start.revision, from: taken.next, to: start.bytes }
}

/** The documents of a beginning. Those that `known` has are its own. */
export function readDocuments(
  directory: string,
  file: JournalFile,
  { revision, from, to }: Beginning,
  known: SnapshotTree,
): SnapshotTree {
  const bytes = file.read(from, to)
  const documents: Document[] = []
  for (let at = 0; at < bytes.length; ) {
    const taken = takeLine(bytes, at)
    const record = taken.kind === 'line' ? recordOf(taken.line.json) : undefined
    if (taken.kind !== 'line' || record?.kind !== 'documents')
      throw damaged(directory, file.number, from + at)
    for (const document of record.documents) {
      const own = known.get(document.key)
      documents.push(own?.revision === document.revision ? own : document)
    }
    at = taken.next
  }
  return snapshotOfSorted(revision, documents)
}

export function damaged(directory: string, number: number, position: number): EverportError {
  return unusable(directory, `journal ${number} is damaged at byte ${position}`)
}

function unusable(directory: string, fault: string): EverportError {
  return new EverportError('state_error', `${directory} is not a usable store: ${fault}`, {
    hint: 'move the directory away and start again, put back a copy of it, or choose another state folder',
  })
}
