import { EverportError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { failoverNames } from '../dns/switching/failover-names.ts'
import type { FailoverName } from '../resources/switching.ts'
import type { Snapshot } from '../store/store.ts'

/** The failover name that an operator means; without a type, A before the others. */
export function failoverNamed(snapshot: Snapshot, wanted: string, type?: string): FailoverName {
  const names = [...failoverNames(snapshot).values()]
  const name = `${wanted.toLowerCase().replace(/\.$/, '')}.`
  const found = names.filter(
    each => each.name === name && (type === undefined || each.type === type.toUpperCase()),
  )
  const chosen = found.find(each => each.type === 'A') ?? found[0]
  if (chosen !== undefined) return chosen
  const shown = [...new Set(names.map(each => each.name.replace(/\.$/, '')))]
  const suggestion = nearest(wanted.toLowerCase(), shown)
  throw new EverportError(
    'not_found',
    `no failover record is called ${wanted}${type === undefined ? '' : ` with type ${type}`}`,
    {
      detail:
        shown.length === 0 ? 'no name has a failover record' : `there are: ${shown.slice(0, 20).join(', ')}`,
      ...(suggestion === undefined ? {} : { hint: `everport failover ${suggestion}` }),
    },
  )
}
