import { parseArgs } from 'node:util'
import { EverportError } from '../../base/errors.ts'
import type { Endpoint } from '../../base/network.ts'
import { resolver } from '../../dns/client.ts'
import type { Name } from '../../dns/wire/name.ts'
import { nameFromRoute53, type Route53RecordSet } from '../../dns/zone/record-set.ts'
import { type Answered, exportZoneFile, isExpressible } from '../../dns/zone-file/export-zone-file.ts'
import { systemClock } from '../../io/clock.ts'
import { systemNetwork } from '../../io/network.ts'
import { systemRandom } from '../../io/random.ts'
import { type RecordSetDocument, recordSetPrefix } from '../../resources/dns.ts'
import { openJournalStore } from '../../store/journal-store.ts'
import { readClientFile } from '../client-file.ts'
import { defaultStateDir, openStateFolder } from '../state-folder.ts'
import type { Printer } from './printer.ts'
import { requireHostedZone, zoneNameOf } from './zone-name.ts'

const help = `everport zone export NAME [--answered] [--state DIR]

Writes a zone to standard output as a zone file, in canonical order; \`everport zone import\` reads it back to the same. What a zone file
cannot say, routing policies and aliases, is told in comments.

  --answered   below each such comment, the records that the running DNS server answers now
`

/** `everport zone export NAME` */
export async function exportCommand(args: string[], print: Printer): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      answered: { type: 'boolean', default: false },
      state: { type: 'string', default: defaultStateDir },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) {
    print.out(help)
    return 0
  }
  const [name] = positionals
  if (name === undefined || positionals.length > 1)
    throw new EverportError('invalid_input', 'expected the name of one zone', {
      hint: 'everport zone export example.org',
    })
  const zone = zoneNameOf(name)
  const folder = openStateFolder(values.state)
  const store = await openJournalStore(folder.storeDir, { clock: systemClock })
  try {
    const { Id } = requireHostedZone(store.read(), zone)
    const recordSets = store
      .read()
      .list<RecordSetDocument>(recordSetPrefix(Id))
      .map(({ value }) => value.ResourceRecordSet)
    const answered = values.answered ? await askAll(folder.path, recordSets) : undefined
    print.out(exportZoneFile(zone, recordSets, answered))
    return 0
  } finally {
    await store.close()
  }
}

const askTimeoutMs = 2_000

/** Each name that is decided, asked of the running server. */
async function askAll(stateDir: string, recordSets: readonly Route53RecordSet[]): Promise<Answered> {
  const servers = readClientFile(stateDir)?.dns ?? []
  if (servers.length === 0)
    throw new EverportError('state_error', 'no DNS server runs with this state folder', {
      hint: 'start Everport, or leave --answered away',
    })
  const answers = new Map<string, ReturnType<Answered>>()
  for (const recordSet of recordSets) {
    const name = nameFromRoute53(recordSet.Name)
    const key = `${name} ${recordSet.Type}`
    if (!isExpressible(recordSet) && !answers.has(key))
      answers.set(key, await ask(servers, name, recordSet.Type))
  }
  return (name, type) => answers.get(`${name} ${type}`)
}

async function ask(
  servers: readonly Endpoint[],
  name: Name,
  type: string,
): Promise<NonNullable<ReturnType<Answered>>> {
  const resolve = resolver({ network: systemNetwork, clock: systemClock, random: systemRandom() })
  const { records } = await resolve(name, type, { servers, timeoutMs: askTimeoutMs, retries: 1 })
  return { ttlSeconds: records[0]?.ttlSeconds ?? 0, data: records.map(record => record.data) }
}
