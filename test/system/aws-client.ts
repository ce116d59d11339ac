import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Everport } from './everport.ts'

/** What a client of the AWS SDK is made with, from the files that `everport up` wrote. */
export function clientSettings({ stateDir, ports }: Everport) {
  const text = readFileSync(join(stateDir, 'aws-credentials'), 'utf8')
  const value = (name: string): string => new RegExp(`^${name} = (\\S+)$`, 'm').exec(text)?.[1] ?? ''
  return {
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${ports.control}`,
    credentials: {
      accessKeyId: value('aws_access_key_id'),
      secretAccessKey: value('aws_secret_access_key'),
    },
    maxAttempts: 1,
  }
}
