import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { newAccessKey, storedAccessKeys } from '../aws/server/access-key.ts'
import { systemWallMs } from '../io/clock.ts'
import { writePrivate } from '../io/private-files.ts'
import { systemRandom } from '../io/random.ts'
import { ensureSealKey } from '../io/seal-key.ts'
import { accessKeyKey } from '../resources/access-keys.ts'
import { bytesOf, sealKeyBytes } from '../resources/sealed-secret.ts'
import type { Store } from '../store/store.ts'
import { controlAddress } from '../topology/address-plan.ts'
import type { Topology } from '../topology/topology.ts'

/** How the AWS CLI and SDKs of this machine reach our APIs. */
export interface AwsProfile {
  readonly endpoint: string
  readonly region: string
  readonly credentialsFile: string
}

export const awsCredentialsFileName = 'aws-credentials'
export const awsConfigFileName = 'aws-config'
/** `default`, so that with AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE set nothing else need be said. */
const profileName = 'default'

/**
 * Makes sure that there is an admin's access key, whose secret is only in `aws-credentials` of the state folder, and writes `aws-config`
 * beside it, both for their owner alone. A key that was deleted, or a lost or damaged file, gets a new key.
 */
export async function ensureAwsProfile(
  store: Store,
  stateDir: string,
  topology: Topology,
): Promise<AwsProfile> {
  const random = systemRandom()
  const sealKey = ensureSealKey(stateDir, bytesOf(random, sealKeyBytes))
  const credentialsFile = join(stateDir, awsCredentialsFileName)
  const endpoint = `http://${controlAddress}:${topology.control.port}`
  writePrivate(
    join(stateDir, awsConfigFileName),
    `[${profileName}]\nregion = ${topology.region}\nendpoint_url = ${endpoint}\n`,
  )
  if (!isKeyKnown(store, sealKey, credentialsFile)) {
    const { document, secret } = newAccessKey(sealKey, random, {
      policy: 'admin',
      name: 'made at the first start',
      wallMs: systemWallMs(),
    })
    await store.commit([], [{ key: accessKeyKey(document.AccessKeyId), value: document }])
    writePrivate(credentialsFile, credentialsText(document.AccessKeyId, secret))
  }
  return { endpoint, region: topology.region, credentialsFile }
}

/** As the AWS CLI and SDKs read it. */
export function credentialsText(accessKeyId: string, secret: string): string {
  return `[${profileName}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secret}\n`
}

function isKeyKnown(store: Store, sealKey: Uint8Array, file: string): boolean {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return false
  }
  const id = /^aws_access_key_id = (\S+)$/m.exec(text)?.[1]
  const secret = /^aws_secret_access_key = (\S+)$/m.exec(text)?.[1]
  return id !== undefined && storedAccessKeys(() => sealKey)(store.read(), id)?.secret === secret
}
