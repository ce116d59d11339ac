import type { Random } from '../../base/random.ts'
import { type AccessKeyDocument, accessKeyKey } from '../../resources/access-keys.ts'
import { bytesOf, openSecret, sealSecret } from '../../resources/sealed-secret.ts'
import type { Snapshot } from '../../store/store.ts'
import type { PolicyName } from '../policy.ts'

export interface NewAccessKey {
  readonly document: AccessKeyDocument
  /** Told once, to whoever makes the key. */
  readonly secret: string
}

const idLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** AWS's: `AKIA` and sixteen letters and digits; a secret of forty characters in base64. */
const idCharacters = 16
const secretBytes = 30

/** `random` must be fit for secrets: io/random.ts. */
export function newAccessKey(
  sealKey: Uint8Array,
  random: Random,
  about: { readonly policy: PolicyName; readonly name: string; readonly wallMs: number },
): NewAccessKey {
  const letters = [...bytesOf(random, idCharacters)].map(byte => idLetters[byte % idLetters.length] ?? '')
  const AccessKeyId = `AKIA${letters.join('')}`
  const secret = Buffer.from(bytesOf(random, secretBytes)).toString('base64')
  const document: AccessKeyDocument = {
    AccessKeyId,
    SealedSecret: sealSecret(sealKey, accessKeyKey(AccessKeyId), Buffer.from(secret), random),
    Policy: about.policy,
    Name: about.name,
    CreateDate: new Date(about.wallMs).toISOString(),
  }
  return { document, secret }
}

export interface KnownKey {
  readonly secret: string
  readonly policy: PolicyName
}

/** Looks an access key up; undefined when there is none, or its secret was sealed with another key. */
export type AccessKeys = (snapshot: Snapshot, accessKeyId: string) => KnownKey | undefined

/** Keys of the store. What was opened is kept while the document is the same: every request asks. */
export function storedAccessKeys(sealKey: () => Uint8Array | undefined): AccessKeys {
  const opened = new Map<string, { readonly revision: number; readonly key: KnownKey }>()
  return (snapshot, accessKeyId) => {
    const place = accessKeyKey(accessKeyId)
    const document = snapshot.get<AccessKeyDocument>(place)
    if (document === undefined) {
      opened.delete(accessKeyId)
      return undefined
    }
    const known = opened.get(accessKeyId)
    if (known?.revision === document.revision) return known.key
    const key = sealKey()
    const secret = key === undefined ? undefined : openSecret(key, place, document.value.SealedSecret)
    if (secret === undefined) return undefined
    const result = { secret: Buffer.from(secret).toString(), policy: document.value.Policy }
    opened.set(accessKeyId, { revision: document.revision, key: result })
    return result
  }
}
