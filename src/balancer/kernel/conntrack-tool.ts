import type { Endpoint } from '../../base/network.ts'
import type { FollowedProgram, Following, Programs } from '../../base/programs.ts'
import { flowFilter, readFlows, readLiveFlows, type TrackedFlow } from './conntrack.ts'
import type { Family } from './family.ts'
import type { Transport } from './names.ts'

/** The kernel's table of flows, as far as it concerns one address, by way of the `conntrack` program. */
export interface ConntrackTool {
  list(transport?: Transport, state?: TcpState): Promise<TrackedFlow[]>
  /** Those in which both sides may still send. */
  listLive(): Promise<TrackedFlow[]>
  /** Forgets flows, those of one target or all. Gives what was forgotten. */
  forget(transport: Transport, target?: Endpoint): Promise<TrackedFlow[]>
  /** Forgets just these. */
  forgetEach(flows: readonly TrackedFlow[]): Promise<void>
  /** Hears a line of each translated flow that the kernel forgets from now on, see `readEndedFlow`. */
  followEnds(hears: FollowedProgram): Following
}

type TcpState = 'SYN_SENT'

export function conntrackTool(programs: Programs, family: Family, address: string): ConntrackTool {
  /** It ends with 1 when there was nothing to show or to delete, and says so in words only. */
  const run = async (args: readonly string[], input?: string): Promise<TrackedFlow[]> =>
    readFlows((await programs.run('conntrack', args, input)).output)
  return {
    list: (transport, state) =>
      run([
        '-L',
        '--dst-nat',
        ...flowFilter(family, address, transport),
        ...(state === undefined ? [] : ['--state', state]),
      ]),
    listLive: async () =>
      readLiveFlows(
        (await programs.run('conntrack', ['-L', '--dst-nat', ...flowFilter(family, address, undefined)]))
          .output,
      ),
    forget: (transport, target) =>
      run(['-D', '--dst-nat', ...flowFilter(family, address, transport, target)]),
    async forgetEach(flows) {
      const lines = flows.map(flow =>
        [
          '-D',
          ...flowFilter(family, flow.listener.address, flow.transport),
          '--orig-src',
          flow.client.address,
          '--orig-port-src',
          String(flow.client.port),
          '--orig-port-dst',
          String(flow.listener.port),
        ].join(' '),
      )
      if (lines.length > 0) await run(['-R', '-'], `${lines.join('\n')}\n`)
    },
    followEnds: hears =>
      programs.follow(
        'conntrack',
        ['-E', '-e', 'DESTROY', '--dst-nat', ...flowFilter(family, address, undefined), '-o', 'timestamp,id'],
        hears,
      ),
  }
}
