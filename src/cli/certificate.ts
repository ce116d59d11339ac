import { randomUUID, X509Certificate } from 'node:crypto'
import { parseArgs } from 'node:util'
import { EverportError } from '../base/errors.ts'
import { systemClock, systemWallMs } from '../io/clock.ts'
import { systemRandom } from '../io/random.ts'
import { ensureSealKey } from '../io/seal-key.ts'
import { readTlsFiles } from '../io/tls-files.ts'
import { type CertificateDocument, certificateKey, certificatePrefix } from '../resources/certificates.ts'
import type { ListenerDocument } from '../resources/load-balancing.ts'
import { bytesOf, sealKeyBytes, sealSecret } from '../resources/sealed-secret.ts'
import { type TopologySettings, topologySettingsKey } from '../resources/topology-settings.ts'
import { openJournalStore } from '../store/journal-store.ts'
import type { Snapshot, Store } from '../store/store.ts'
import { accountId } from '../topology/resource-ids.ts'
import { defaultStateDir, openStateFolder } from './state-folder.ts'
import { type Printer, terminal } from './zone/printer.ts'

const help = `everport certificate [list] [--state DIR]
everport certificate import --certificate FILE --key FILE [--chain FILE] [--arn ARN] [--state DIR]
everport certificate delete ARN [--state DIR]

Certificates that TLS and HTTPS listeners of load balancers show. \`import\` prints the ARN that listeners name it by. Files are PEM. The store has
the private key only sealed; the file secret.key of the state folder opens it.

  --chain   the certificates of its issuers, from its own issuer on upwards
  --arn     puts it in the place of this one: listeners show it from now on, and connections that are there go on
`

/** `everport certificate list|import|delete` */
export async function certificateCommand(args: string[], print: Printer = terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      certificate: { type: 'string' },
      key: { type: 'string' },
      chain: { type: 'string' },
      arn: { type: 'string' },
      state: { type: 'string', default: defaultStateDir },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) {
    print.out(help)
    return 0
  }
  const [action = 'list', arn, ...rest] = positionals
  if (rest.length > 0 || (arn === undefined) !== (action !== 'delete') || !actions.includes(action))
    throw new EverportError('invalid_input', `cannot understand: certificate ${positionals.join(' ')}`, {
      hint: 'everport certificate --help',
    })
  const texts = action === 'import' ? readTexts(values) : undefined
  const folder = openStateFolder(values.state)
  const store = await openJournalStore(folder.storeDir, { clock: systemClock })
  try {
    if (texts !== undefined) print.out(`${await keep(store, folder.path, texts, values.arn)}\n`)
    else if (action === 'delete') await remove(store, arn ?? '', print)
    else list(store.read(), print)
    return 0
  } finally {
    await store.close()
  }
}

const actions: readonly string[] = ['list', 'import', 'delete']

/** PEM. */
interface CertificateTexts {
  readonly certificate: string
  readonly privateKey: string
  readonly chain: string | undefined
}

function readTexts(files: {
  readonly certificate?: string
  readonly key?: string
  readonly chain?: string
}): CertificateTexts {
  if (files.certificate === undefined || files.key === undefined)
    throw new EverportError('invalid_input', 'import needs --certificate FILE and --key FILE', {
      hint: 'everport certificate --help',
    })
  const read = readTlsFiles({
    certificateFile: files.certificate,
    keyFile: files.key,
    clientAuthoritiesFile: files.chain,
  })
  const { validFrom, validTo } = new X509Certificate(read.certificate)
  const now = systemWallMs()
  // As ACM: what no client would take is not kept.
  if (now < Date.parse(validFrom) || now > Date.parse(validTo))
    throw new EverportError(
      'invalid_input',
      `${files.certificate} is valid from ${validFrom} to ${validTo}, which is not now`,
    )
  return { certificate: read.certificate, privateKey: read.privateKey, chain: read.clientAuthorities }
}

async function keep(
  store: Store,
  stateDir: string,
  texts: CertificateTexts,
  replaced: string | undefined,
): Promise<string> {
  const snapshot = store.read()
  if (replaced !== undefined) existing(snapshot, replaced)
  const region = snapshot.get<TopologySettings>(topologySettingsKey)?.value.region ?? 'us-east-1'
  const CertificateArn = replaced ?? `arn:aws:acm:${region}:${accountId}:certificate/${randomUUID()}`
  const key = certificateKey(CertificateArn)
  const random = systemRandom()
  const sealKey = ensureSealKey(stateDir, bytesOf(random, sealKeyBytes))
  const value: CertificateDocument = {
    CertificateArn,
    Certificate: texts.certificate,
    ...(texts.chain === undefined ? {} : { CertificateChain: texts.chain }),
    SealedPrivateKey: sealSecret(sealKey, key, Buffer.from(texts.privateKey), random),
  }
  await store.commit([], [{ key, value }])
  return CertificateArn
}

function existing(snapshot: Snapshot, arn: string): void {
  if (snapshot.get<CertificateDocument>(certificateKey(arn))?.value.CertificateArn !== arn)
    throw new EverportError('not_found', `there is no certificate ${arn}`, {
      hint: 'everport certificate list',
    })
}

async function remove(store: Store, arn: string, print: Printer): Promise<void> {
  const snapshot = store.read()
  existing(snapshot, arn)
  const users = snapshot
    .list<ListenerDocument>('elbv2/listener/')
    .filter(({ value: { Listener, AdditionalCertificates = [] } }) =>
      [
        ...(Listener.Certificates ?? []).map(({ CertificateArn }) => CertificateArn),
        ...AdditionalCertificates,
      ].includes(arn),
    )
  const [first] = users
  if (first !== undefined)
    throw new EverportError(
      'object_in_use',
      `${arn} is shown by listener ${first.value.Listener.ListenerArn}`,
      {
        hint: 'give the listener another certificate, or remove this one from its list, before',
      },
    )
  await store.commit([], [{ key: certificateKey(arn), value: undefined }])
  print.out(`${arn}: deleted\n`)
}

function list(snapshot: Snapshot, print: Printer): void {
  const certificates = snapshot.list<CertificateDocument>(certificatePrefix)
  for (const { value } of certificates) {
    const { validTo, subjectAltName = '' } = new X509Certificate(value.Certificate)
    const until = new Date(validTo).toISOString().slice(0, 10)
    print.out(`${value.CertificateArn}  until ${until}  ${subjectAltName.replaceAll('DNS:', '')}\n`)
  }
  if (certificates.length === 0)
    print.out('no certificates; bring one with: everport certificate import --certificate FILE --key FILE\n')
}
