import { PresentationError } from '../wire/presentation/presentation-error.ts'
import { splitFields } from '../wire/presentation/split-fields.ts'
import { parseRecordValue } from '../wire/records/record-value.ts'
import { WireError } from '../wire/wire-error.ts'
import { changeLimits } from './change-limits.ts'
import type { PlannedChange } from './planned-change.ts'

/** Values of the record's type, each once. */
export function* valueProblems({ name, set }: PlannedChange): Iterable<string> {
  const values = (set.ResourceRecords ?? []).map(({ Value = '' }) => Value)
  if (values.length > changeLimits.valuesMax)
    yield `RRSet with DNS name ${name.text}, type ${set.Type} has more than ${changeLimits.valuesMax} values`
  if (values.length > 1 && (set.Type === 'CNAME' || set.Type === 'SOA'))
    yield `RRSet of type ${set.Type} with DNS name ${name.text} must have exactly one value`
  const seen = new Set<string>()
  for (const value of values) {
    if (seen.has(value)) yield `Duplicate Resource Record: '${value}'`
    seen.add(value)
    const wrong = valueProblem(set.Type, value)
    if (wrong !== undefined) yield `Invalid Resource Record: '${wrong}'`
  }
}

function valueProblem(type: string, value: string): string | undefined {
  try {
    parseRecordValue(type, value)
    return type === 'TXT' || type === 'SPF' ? unquotedProblem(value) : undefined
  } catch (error) {
    if (error instanceof WireError) return error.message
    throw error
  }
}

/** What a zone file may leave out, Route 53 asks for. */
function unquotedProblem(value: string): string | undefined {
  const bare = splitFields(value).find(text => !text.startsWith('"'))
  if (bare === undefined) return undefined
  return new PresentationError('InvalidCharacterString', 'Value should be enclosed in quotation marks', bare)
    .message
}
