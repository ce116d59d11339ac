import { isIP } from 'node:net'
import { parseArgs } from 'node:util'
import { EverportError } from '../../base/errors.ts'
import { formatEndpoint } from '../../base/network.ts'
import { systemClock } from '../../io/clock.ts'
import {
  type NotifyTarget,
  type TsigKeyDocument,
  tsigKeyKey,
  tsigKeyPrefix,
  type ZoneTransferDocument,
  zoneTransferKey,
} from '../../resources/dns-transfer.ts'
import { openJournalStore } from '../../store/journal-store.ts'
import type { Snapshot } from '../../store/store.ts'
import { defaultStateDir, openStateFolder } from '../state-folder.ts'
import type { Printer } from './printer.ts'
import { requireHostedZone, zoneNameOf } from './zone-name.ts'

const help = `everport zone transfer NAME [--key KEY]… [--notify ADDRESS[:PORT][@KEY]]… [--state DIR]
everport zone transfer NAME --none [--state DIR]

Says who may copy a zone (AXFR) and which secondaries are told when it changed (NOTIFY); without options, shows it. Only who signs with one
of the keys may copy. What routing policies decide is copied as it is answered at that moment.

  --key      a key of \`everport zone key\`; may be given several times
  --notify   a secondary, port 53 when none is said; @KEY signs the notice
  --none     nobody may copy it any more
`

/** `everport zone transfer NAME` */
export async function transferCommand(args: string[], print: Printer): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      key: { type: 'string', multiple: true },
      notify: { type: 'string', multiple: true },
      none: { type: 'boolean', default: false },
      state: { type: 'string', default: defaultStateDir },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) {
    print.out(help)
    return 0
  }
  const [text] = positionals
  const isSet = values.key !== undefined || values.notify !== undefined
  if (text === undefined || positionals.length > 1 || (values.none && isSet))
    throw new EverportError('invalid_input', 'expected one zone, and either --none or who may copy it', {
      hint: 'everport zone transfer example.org --key copies.example.org',
    })
  const zone = zoneNameOf(text)
  const store = await openJournalStore(openStateFolder(values.state).storeDir, { clock: systemClock })
  try {
    const snapshot = store.read()
    const place = zoneTransferKey(requireHostedZone(snapshot, zone).Id)
    if (values.none) await store.commit([], [{ key: place, value: undefined }])
    else if (isSet) {
      const value: ZoneTransferDocument = {
        allowKeys: (values.key ?? []).map(key => keyOf(snapshot, key)),
        notify: (values.notify ?? []).map(target => targetOf(snapshot, target)),
      }
      await store.commit([], [{ key: place, value }])
    }
    print.out(shown(zone, store.read().get<ZoneTransferDocument>(place)?.value))
    return 0
  } finally {
    await store.close()
  }
}

function keyOf(snapshot: Snapshot, text: string): string {
  const name = zoneNameOf(text)
  if (snapshot.get(tsigKeyKey(name)) !== undefined) return name
  const names = snapshot.list<TsigKeyDocument>(tsigKeyPrefix).map(({ value }) => value.name)
  throw new EverportError('not_found', `there is no key ${name}`, {
    detail: names.length === 0 ? 'there are none' : `there are: ${names.join(', ')}`,
    hint: `everport zone key ${name}`,
  })
}

const dnsPort = 53

/** `192.0.2.1`, `192.0.2.1:5301`, `[2001:db8::1]:53`, each with `@KEY` behind. */
function targetOf(snapshot: Snapshot, text: string): NotifyTarget {
  const [, place = '', key] = /^([^@]*)(?:@(.+))?$/.exec(text) ?? []
  const parts = /^\[?([^[\]]+?)\]?(?::(\d{1,5}))?$/.exec(place)
  const [address = '', port] =
    isIP(place) === 0 ? [parts?.[1], Number(parts?.[2] ?? dnsPort)] : [place, dnsPort]
  if (isIP(address) === 0 || port < 1 || port > 65_535)
    throw new EverportError(
      'invalid_input',
      `--notify ${text}: expected an address, as in 192.0.2.1 or 192.0.2.1:5301`,
    )
  return { address, port, ...(key === undefined ? {} : { key: keyOf(snapshot, key) }) }
}

function shown(zone: string, transfer: ZoneTransferDocument | undefined): string {
  const { allowKeys = [], notify = [] } = transfer ?? {}
  const told = notify.map(
    target => `${formatEndpoint(target)}${target.key === undefined ? '' : ` signed with ${target.key}`}`,
  )
  return [
    `${zone} may be copied ${allowKeys.length === 0 ? 'by nobody' : `with ${allowKeys.join(', ')}`}`,
    ...(told.length === 0 ? [] : [`  told of changes: ${told.join(', ')}`]),
    '',
  ].join('\n')
}
