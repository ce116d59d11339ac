import { Resolver } from 'node:dns/promises'

const timeoutMs = 1_000
const tries = 2

/** IPv4 addresses of a name, asked of the machine's name servers each time; its hosts file has no say. Rejects when there are none. */
export async function resolveIpv4(name: string): Promise<readonly string[]> {
  return new Resolver({ timeout: timeoutMs, tries }).resolve4(name)
}
