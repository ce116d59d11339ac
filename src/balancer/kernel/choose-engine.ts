import type { EngineWish } from '../../resources/load-balancing.ts'
import { isLoopback } from './listener-obstacle.ts'

/** What decides whether this machine can balance in the kernel. */
export interface KernelFacts {
  /** As Node calls it: 'linux', 'darwin' … */
  readonly platform: string
  /** CAP_NET_ADMIN. */
  readonly mayAdminister: boolean
  /** Of `nft` and `conntrack`, those that are not installed. */
  readonly missingPrograms: readonly string[]
  /** What nft said to rules like ours, which it was asked to check only; undefined when it would take them. */
  readonly refusal: string | undefined
  /** Packets between other machines pass: net.ipv4.ip_forward, or its like of IPv6. */
  readonly forwards: boolean
}

export interface EngineChoice {
  readonly engine: 'kernel' | 'userspace'
  readonly reason: string
  /** The kernel was asked for and cannot be had. */
  readonly isDisappointment: boolean
}

/**
 * | wish      | balancer on    | this machine can | engine    |
 * |-----------|----------------|------------------|-----------|
 * | userspace | any            | any              | userspace |
 * | auto      | loopback       | any              | userspace |
 * | auto      | other          | yes              | kernel    |
 * | kernel    | any            | yes              | kernel    |
 * | any       | any            | no               | userspace |
 *
 * On loopback addresses all runs on one machine and bytes cross it once more or less: there sockets do as well, touch no firewall, and try
 * the next target before a client notices. A machine that cannot do what was asked for still serves, and says so.
 */
export function chooseEngine(
  wish: EngineWish,
  address: string,
  facts: KernelFacts | undefined,
): EngineChoice {
  const userspace = (reason: string, isDisappointment = false): EngineChoice => ({
    engine: 'userspace',
    reason,
    isDisappointment,
  })
  if (wish === 'userspace') return userspace('userspace was asked for')
  if (wish === 'auto' && isLoopback(address)) return userspace('sockets do as well on loopback addresses')
  const obstacle =
    facts === undefined ? 'nobody looked what this machine can' : kernelObstacle(facts, address)
  if (obstacle === undefined)
    return {
      engine: 'kernel',
      reason: wish === 'kernel' ? 'kernel was asked for' : 'this machine can',
      isDisappointment: false,
    }
  return wish === 'kernel'
    ? userspace(`kernel was asked for, but ${obstacle}`, true)
    : userspace(`no kernel engine: ${obstacle}`)
}

/** Whether it matters what this machine can. */
export function considersKernel(wish: EngineWish, address: string): boolean {
  return wish === 'kernel' || (wish === 'auto' && !isLoopback(address))
}

function kernelObstacle(facts: KernelFacts, address: string): string | undefined {
  if (facts.platform !== 'linux') return `this is ${facts.platform}, not Linux`
  if (!facts.mayAdminister) return 'this process has no CAP_NET_ADMIN'
  if (facts.missingPrograms.length > 0) return `not installed: ${facts.missingPrograms.join(', ')}`
  if (facts.refusal !== undefined) return `nft refuses the rules: ${facts.refusal}`
  if (!facts.forwards && !isLoopback(address)) {
    const setting = address.includes(':') ? 'net.ipv6.conf.all.forwarding' : 'net.ipv4.ip_forward'
    return `this machine forwards no packets; allow it with: sysctl -w ${setting}=1`
  }
  return undefined
}
