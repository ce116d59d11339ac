import type { ListenerSnapshot } from '../selection/balancer-snapshot.ts'
import { takesTcp, takesUdp } from '../selection/listener-snapshot.ts'
import type { Transport } from './names.ts'

export function transportsOf(listener: Pick<ListenerSnapshot, 'protocol'>): Transport[] {
  return [
    ...(takesTcp(listener) ? (['tcp'] as const) : []),
    ...(takesUdp(listener) ? (['udp'] as const) : []),
  ]
}
