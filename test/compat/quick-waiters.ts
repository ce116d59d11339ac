import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const services = ['ec2', 'elbv2', 'route53'] as const

interface Waiters {
  readonly waiters: Readonly<Record<string, { readonly delay: number; readonly maxAttempts: number }>>
}

/**
 * The waiters of the AWS command line ask every 15 or 30 seconds, since AWS takes minutes. This is their data with a second instead, for
 * AWS_DATA_PATH: the program and everything else that it knows stay as they are. They wait four minutes: with AWS's defaults a target that was
 * checked twice while it started is healthy after five passes, 30 seconds apart.
 */
export function quickWaiters(botocoreData: string, folder: string): string {
  for (const service of services) {
    const [version = ''] = readdirSync(join(botocoreData, service)).sort().slice(-1)
    const text = readFileSync(join(botocoreData, service, version, 'waiters-2.json'), 'utf8')
    const data = JSON.parse(text) as Waiters
    const quick = Object.entries(data.waiters).map(([name, waiter]) => [
      name,
      { ...waiter, delay: 1, maxAttempts: 240 },
    ])
    mkdirSync(join(folder, service, version), { recursive: true })
    writeFileSync(
      join(folder, service, version, 'waiters-2.json'),
      JSON.stringify({ ...data, waiters: Object.fromEntries(quick) }),
    )
  }
  return folder
}
