import { parseArgs } from 'node:util'
import { EverportError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import { tsigHashes } from '../../dns/transfer/tsig-key.ts'
import { systemClock } from '../../io/clock.ts'
import { systemRandom } from '../../io/random.ts'
import { ensureSealKey } from '../../io/seal-key.ts'
import { type TsigAlgorithm, type TsigKeyDocument, tsigKeyKey } from '../../resources/dns-transfer.ts'
import { bytesOf, openSecret, sealKeyBytes, sealSecret } from '../../resources/sealed-secret.ts'
import { openJournalStore } from '../../store/journal-store.ts'
import { isConflict, type Store } from '../../store/store.ts'
import { defaultStateDir, openStateFolder } from '../state-folder.ts'
import type { Printer } from './printer.ts'
import { zoneNameOf } from './zone-name.ts'

const help = `everport zone key NAME [--algorithm NAME] [--secret BASE64] [--state DIR]
everport zone key NAME --delete [--state DIR]

Shows a TSIG key (RFC 8945) as BIND, dig -k and others read it, and makes it when there is none. The store has its secret only sealed; the
file secret.key of the state folder opens it. \`everport zone transfer\` says which zones may be copied with it.

  --algorithm   hmac-sha256 (when nothing is said), hmac-sha384 or hmac-sha512
  --secret      a secret of your own, at least 16 bytes; else a random one is made
  --delete      from here on nobody can use it
`

/** `everport zone key NAME` */
export async function keyCommand(args: string[], print: Printer): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      algorithm: { type: 'string' },
      secret: { type: 'string' },
      delete: { type: 'boolean', default: false },
      state: { type: 'string', default: defaultStateDir },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) {
    print.out(help)
    return 0
  }
  const [text] = positionals
  if (text === undefined || positionals.length > 1)
    throw new EverportError('invalid_input', 'expected the name of one key', {
      hint: 'everport zone key copies.example.org',
    })
  const name = zoneNameOf(text)
  const folder = openStateFolder(values.state)
  const store = await openJournalStore(folder.storeDir, { clock: systemClock })
  try {
    if (values.delete) return await deleteKey(store, name, print)
    const random = systemRandom()
    const sealKey = ensureSealKey(folder.path, bytesOf(random, sealKeyBytes))
    const known = store.read().get<TsigKeyDocument>(tsigKeyKey(name))?.value
    const asked = { name, algorithm: values.algorithm, secret: values.secret }
    const key =
      known === undefined ? await makeKey(store, sealKey, random, asked) : openKey(sealKey, known, asked)
    print.out(
      `key "${name}" {\n\talgorithm ${key.algorithm};\n\tsecret "${Buffer.from(key.secret).toString('base64')}";\n};\n`,
    )
    return 0
  } finally {
    await store.close()
  }
}

interface Key {
  readonly algorithm: TsigAlgorithm
  readonly secret: Uint8Array
}

interface Wanted {
  readonly name: string
  readonly algorithm: string | undefined
  readonly secret: string | undefined
}

async function makeKey(store: Store, sealKey: Uint8Array, random: Random, wanted: Wanted): Promise<Key> {
  const algorithm = algorithmOf(wanted.algorithm ?? 'hmac-sha256')
  // As long as the hash (RFC 8945 section 8).
  const secret =
    wanted.secret === undefined ? bytesOf(random, tsigHashes[algorithm].macBytes) : secretOf(wanted.secret)
  const place = tsigKeyKey(wanted.name)
  const value: TsigKeyDocument = {
    name: wanted.name,
    algorithm,
    sealedSecret: sealSecret(sealKey, place, secret, random),
  }
  const outcome = await store.commit([{ key: place, revision: 'absent' }], [{ key: place, value }])
  if (!isConflict(outcome)) return { algorithm, secret }
  throw new EverportError('duplicate_object', `somebody else made the key ${wanted.name} just now`)
}

function openKey(sealKey: Uint8Array, known: TsigKeyDocument, options: Wanted): Key {
  if (options.algorithm !== undefined || options.secret !== undefined)
    throw new EverportError('duplicate_object', `there is a key ${known.name} already`, {
      hint: `everport zone key ${known.name} --delete`,
    })
  const secret = openSecret(sealKey, tsigKeyKey(known.name), known.sealedSecret)
  if (secret !== undefined) return { algorithm: known.algorithm, secret }
  throw new EverportError('state_error', `the secret of ${known.name} was sealed with another secret.key`, {
    hint: `bring that file back, or make the key anew after: everport zone key ${known.name} --delete`,
  })
}

async function deleteKey(store: Store, name: string, print: Printer): Promise<number> {
  const key = tsigKeyKey(name)
  if (store.read().get(key) === undefined) throw new EverportError('not_found', `there is no key ${name}`)
  await store.commit([], [{ key, value: undefined }])
  print.out(`${name}: deleted\n`)
  return 0
}

function algorithmOf(text: string): TsigAlgorithm {
  if (Object.hasOwn(tsigHashes, text)) return text as TsigAlgorithm
  throw new EverportError('invalid_input', `unknown algorithm ${text}`, {
    detail: `there are: ${Object.keys(tsigHashes).join(', ')}`,
  })
}

const secretBytesMin = 16

function secretOf(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  if (
    bytes.toString('base64').replaceAll('=', '') === text.replaceAll('=', '') &&
    bytes.length >= secretBytesMin
  )
    return Uint8Array.from(bytes)
  throw new EverportError('invalid_input', `--secret: expected base64 of at least ${secretBytesMin} bytes`)
}
