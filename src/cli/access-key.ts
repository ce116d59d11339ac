import { parseArgs } from 'node:util'
import { type PolicyName, policyNames } from '../aws/policy.ts'
import { newAccessKey } from '../aws/server/access-key.ts'
import { EverportError } from '../base/errors.ts'
import { systemClock, systemWallMs } from '../io/clock.ts'
import { systemRandom } from '../io/random.ts'
import { ensureSealKey } from '../io/seal-key.ts'
import { type AccessKeyDocument, accessKeyKey, accessKeyPrefix } from '../resources/access-keys.ts'
import { bytesOf, sealKeyBytes } from '../resources/sealed-secret.ts'
import { openJournalStore } from '../store/journal-store.ts'
import type { Store } from '../store/store.ts'
import { credentialsText } from './aws-profile.ts'
import { defaultStateDir, openStateFolder } from './state-folder.ts'
import { type Printer, terminal } from './zone/printer.ts'

const help = `everport access-key [list] [--state DIR]
everport access-key create --policy POLICY [--name TEXT] [--state DIR]
everport access-key delete ID [--state DIR]

Keys that sign calls of the AWS APIs. \`create\` prints the key as a credentials file of the AWS CLI and SDKs; its secret is shown this once.
The store has it only sealed; the file secret.key of the state folder opens it. A key that is deleted is refused from then on.

  --policy   read-only   describe, list and test
             operator    also register and deregister targets, start and stop instances, change listeners and records
             admin       everything
  --name     what the key is for, for the list
`

/** `everport access-key list|create|delete` */
export async function accessKeyCommand(args: string[], print: Printer = terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      policy: { type: 'string' },
      name: { type: 'string', default: '' },
      state: { type: 'string', default: defaultStateDir },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) {
    print.out(help)
    return 0
  }
  const [action = 'list', id, ...rest] = positionals
  if (rest.length > 0 || (id === undefined) !== (action !== 'delete') || !actions.includes(action))
    throw new EverportError('invalid_input', `cannot understand: access-key ${positionals.join(' ')}`, {
      hint: 'everport access-key --help',
    })
  const policy = action === 'create' ? policyOf(values.policy) : 'read-only'
  const folder = openStateFolder(values.state)
  const store = await openJournalStore(folder.storeDir, { clock: systemClock })
  try {
    if (action === 'create') await createKey(store, folder.path, policy, values.name, print)
    else if (action === 'delete') await deleteKey(store, id ?? '', print)
    else listKeys(store, print)
    return 0
  } finally {
    await store.close()
  }
}

const actions: readonly string[] = ['list', 'create', 'delete']

function policyOf(text: string | undefined): PolicyName {
  const policy = policyNames.find(name => name === text)
  if (policy !== undefined) return policy
  throw new EverportError(
    'invalid_input',
    `--policy: expected ${policyNames.join(', ')}, found ${text ?? 'nothing'}`,
  )
}

async function createKey(
  store: Store,
  stateDir: string,
  policy: PolicyName,
  name: string,
  print: Printer,
): Promise<void> {
  const random = systemRandom()
  const sealKey = ensureSealKey(stateDir, bytesOf(random, sealKeyBytes))
  const { document, secret } = newAccessKey(sealKey, random, { policy, name, wallMs: systemWallMs() })
  await store.commit([], [{ key: accessKeyKey(document.AccessKeyId), value: document }])
  print.out(credentialsText(document.AccessKeyId, secret))
}

async function deleteKey(store: Store, id: string, print: Printer): Promise<void> {
  const key = accessKeyKey(id)
  if (store.read().get(key) === undefined)
    throw new EverportError('not_found', `there is no access key ${id}`, { hint: 'everport access-key list' })
  await store.commit([], [{ key, value: undefined }])
  print.out(`${id}: deleted\n`)
}

function listKeys(store: Store, print: Printer): void {
  const keys = store.read().list<AccessKeyDocument>(accessKeyPrefix)
  const rows = keys.map(({ value: { AccessKeyId, Policy, CreateDate, Name } }) => [
    AccessKeyId.padEnd(20),
    Policy.padEnd(9),
    CreateDate.slice(0, 16).replace('T', ' '),
    Name,
  ])
  for (const row of rows) print.out(`${row.join('  ').trimEnd()}\n`)
  if (rows.length === 0)
    print.out('no access keys; make one with: everport access-key create --policy admin\n')
}
