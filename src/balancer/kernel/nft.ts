import { EverportError } from '../../base/errors.ts'
import type { Programs } from '../../base/programs.ts'
import { readStanding } from './read-standing.ts'
import type { StandingRules } from './rule-set.ts'

/** One table of the kernel, by way of the `nft` program. */
export interface Nft {
  /** Carries out a transaction: all of it, or none and rejects with EverportError. */
  apply(text: string): Promise<void>
  /** Undefined: there is no such table. */
  standing(): Promise<StandingRules | 'foreign' | undefined>
}

export function nft(programs: Programs, family: string, table: string): Nft {
  return {
    async apply(text) {
      const { code, errors } = await programs.run('nft', ['-f', '-'], text)
      if (code !== 0) throw refused(`transaction on table ${family} ${table}`, errors)
    },
    async standing() {
      const text = await askNft(programs, 'list', 'table', family, table)
      return text === undefined ? undefined : readStanding(text)
    },
  }
}

/** What `nft -j` says to these words, or undefined when the table is not there. */
export async function askNft(programs: Programs, ...words: string[]): Promise<string | undefined> {
  const { code, output, errors } = await programs.run('nft', ['-j', ...words])
  if (code === 0) return output
  if (errors.includes('No such file or directory')) return undefined
  throw refused(words.join(' '), errors)
}

function refused(what: string, errors: string): EverportError {
  const [reason = ''] = errors.split('\n')
  const isForbidden = errors.includes('Operation not permitted')
  return new EverportError(
    isForbidden ? 'permission_denied' : 'state_error',
    `nft refused: ${what}: ${reason}`,
    {
      hint: isForbidden
        ? 'run the balancer with CAP_NET_ADMIN, or set its engine to userspace'
        : 'look at `nft list ruleset`; set the engine of the balancer to userspace to go on without the kernel',
    },
  )
}
