import { pause } from '../../src/base/clock.ts'
import { systemClock } from '../../src/io/clock.ts'
import type { BalancerNetwork } from '../../test/compat/balancer-network.ts'
import { eventually } from '../../test/system/everport.ts'
import { atLeisure } from './at-leisure.ts'
import type { Balancer } from './balancers.ts'
import type { Targets } from './targets.ts'

export interface World {
  readonly network: BalancerNetwork
  readonly targets: Targets
  readonly balancer: Balancer
}

interface Fault {
  /** To the first target, or to both. Gives what undoes what would outlive the target. */
  happen(world: World): Promise<(() => Promise<void>) | undefined>
  /** A client by itself notices it: it needs no balancer to go elsewhere. */
  readonly isPlain: boolean
}

const quietMs = 2_000

export const faults: Readonly<Record<string, Fault>> = {
  /** What the machine itself makes them wait. */
  nothing: {
    isPlain: true,
    async happen() {
      await pause(systemClock, quietMs)
      return undefined
    },
  },
  kill: {
    isPlain: true,
    happen({ targets }) {
      targets.signal(0, 'SIGKILL')
      return Promise.resolve(undefined)
    },
  },
  hang: {
    isPlain: false,
    happen({ targets }) {
      targets.signal(0, 'SIGSTOP')
      return Promise.resolve(undefined)
    },
  },
  'network drop': {
    isPlain: false,
    async happen({ network }) {
      const table =
        'add table ip cut; add chain ip cut c { type filter hook input priority -300; policy drop; }'
      await network.targets[0]?.run('nft', table)
      return async () => void (await network.targets[0]?.run('nft', 'delete table ip cut'))
    },
  },
  drain: {
    isPlain: true,
    async happen(world) {
      await restart(world, 0)
      return undefined
    },
  },
  'rolling restart': {
    isPlain: true,
    async happen(world) {
      for (const i of [0, 1]) await restart(world, i)
      return undefined
    },
  },
}

/** In good order: taken out, told to end, started anew, taken in. */
async function restart({ balancer, targets }: World, i: number): Promise<void> {
  await balancer.setDraining(i, true)
  await targets.end(i, 'SIGTERM')
  await targets.replace(i)
  await balancer.setDraining(i, false)
  await bothHealthy(balancer)
}

export function bothHealthy(balancer: Balancer): Promise<number> {
  return eventually(
    'both are healthy',
    30_000,
    () => atLeisure(() => balancer.healthy()),
    healthy => healthy === 2,
  )
}
