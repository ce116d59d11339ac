import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { EverportError } from '../../base/errors.ts'
import type { Name } from '../../dns/wire/name.ts'
import type { Route53RecordSet } from '../../dns/zone/record-set.ts'
import { importZoneFile } from '../../dns/zone-file/import-zone-file.ts'
import { planZoneImport, type ZoneImportPlan } from '../../dns/zone-file/plan-zone-import.ts'
import { systemClock } from '../../io/clock.ts'
import { openJournalStore } from '../../store/journal-store.ts'
import { isConflict, type Store, storeLimits } from '../../store/store.ts'
import { printable } from '../../topology/mistakes.ts'
import { defaultStateDir, openStateFolder } from '../state-folder.ts'
import type { Printer } from './printer.ts'
import { zoneNameOf } from './zone-name.ts'

const help = `everport zone import FILE --zone NAME [--dry-run] [--state DIR]

Brings a zone to what a zone file (RFC 1035, as BIND writes it) says, in one change; FILE is - for standard input. The zone is made when
there is none. Its record sets that the file does not have are deleted, but not SOA and NS of the zone itself with the addresses
of its name servers, and not what a zone file cannot say: routing policies and aliases.

  --dry-run   tell what would change, and change nothing

Exit code 1 when the file has mistakes: all are told, each with its line and column.
`

/** `everport zone import FILE --zone NAME` */
export async function importCommand(args: string[], print: Printer): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      zone: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      state: { type: 'string', default: defaultStateDir },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) {
    print.out(help)
    return 0
  }
  const [file] = positionals
  if (file === undefined || positionals.length > 1 || values.zone === undefined)
    throw new EverportError('invalid_input', 'expected one zone file and the name of its zone', {
      hint: 'everport zone import example.org.zone --zone example.org',
    })
  const zone = zoneNameOf(values.zone)
  const { recordSets, mistakes } = importZoneFile(readZoneFile(file), zone)
  if (mistakes !== undefined) {
    for (const { line, column, message } of mistakes)
      print.err(`${printable(`${file}:${line}:${column}: ${message}`)}\n`)
    print.err(`${file}: ${counted(mistakes.length, 'mistake')}; nothing was changed\n`)
    return 1
  }
  const store = await openJournalStore(openStateFolder(values.state).storeDir, { clock: systemClock })
  try {
    const plan = values['dry-run']
      ? planZoneImport(store.read(), zone, recordSets)
      : await commitImport(store, zone, recordSets)
    print.out(summary(zone, plan, values['dry-run']))
    return 0
  } finally {
    await store.close()
  }
}

const fileBytesMax = 64 * 1_048_576

function readZoneFile(file: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(file === '-' ? 0 : file)
  } catch (error) {
    throw new EverportError(
      'file_error',
      `cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
      { cause: error },
    )
  }
  if (bytes.length > fileBytesMax)
    throw new EverportError(
      'limit_exceeded',
      `${file} has ${bytes.length} bytes; a zone file has at most ${fileBytesMax}`,
    )
  return bytes.toString('utf8')
}

const attemptsMax = 8

/** Whoever changes the zone meanwhile is taken into account: the plan is made anew from what is there then. */
async function commitImport(
  store: Store,
  zone: Name,
  recordSets: readonly Route53RecordSet[],
): Promise<ZoneImportPlan> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const plan = planZoneImport(store.read(), zone, recordSets)
    if (plan.changes.length > storeLimits.changesMax)
      throw new EverportError(
        'limit_exceeded',
        `${zone}: ${plan.changes.length} record sets would change at once; at most ${storeLimits.changesMax} can`,
      )
    if (plan.changes.length === 0) return plan
    const outcome = await store.commit(plan.guards, plan.changes)
    if (!isConflict(outcome)) return plan
  }
  throw new EverportError('state_error', `${zone} could not be stored in ${attemptsMax} attempts`, {
    detail: 'Something else changes this zone all the time.',
  })
}

function summary(zone: Name, plan: ZoneImportPlan, isDryRun: boolean): string {
  const lists = [
    ['+', plan.added],
    ['~', plan.changed],
    ['-', plan.deleted],
    ['=', plan.kept],
  ] as const
  const counts = [
    `${plan.added.length} added`,
    `${plan.changed.length} changed`,
    `${plan.deleted.length} deleted`,
    `${plan.unchanged} unchanged`,
    `${plan.kept.length} kept though not in the file`,
  ].join(', ')
  const lines = lists.flatMap(([sign, labels]) => labels.map(label => `  ${sign} ${label}`))
  const head = `${zone}${plan.isNewZone ? ' (a new zone)' : ''}: ${isDryRun ? 'would be ' : ''}${counts}`
  return `${[head, ...lines].join('\n')}\n`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
