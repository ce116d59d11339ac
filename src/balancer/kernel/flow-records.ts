import type { Endpoint } from '../../base/network.ts'
import type { FlowRecord } from '../engine.ts'
import type { Routing } from '../selection/routing.ts'
import type { EndReasons } from './end-reasons.ts'
import { durationOf, endOf, readEndedFlow } from './ended-flow.ts'
import { endpointName } from './names.ts'

/** Targets that are not registered any more, and whose last flows still have their names. */
const pastTargetsMax = 1_000

/** What the flow log is told, from what the kernel tells: with the names of targets, and our own reasons. */
export class FlowRecords {
  readonly #reasons: EndReasons
  #routes: Routing | undefined
  /** By address and port, in the order of their last registration. */
  readonly #keys = new Map<string, string>()

  constructor(reasons: EndReasons) {
    this.#reasons = reasons
  }

  follow(routes: Routing): void {
    this.#routes = routes
    let registered = 0
    for (const { targets } of routes.snapshot.targetGroups)
      for (const target of targets) {
        const name = endpointName(target)
        this.#keys.delete(name)
        this.#keys.set(name, target.key)
        registered++
      }
    for (const name of this.#keys.keys()) {
      if (this.#keys.size <= registered + pastTargetsMax) break
      this.#keys.delete(name)
    }
  }

  /** Of a line of `conntrack`; undefined when it tells of no flow's end. */
  read(line: string): FlowRecord | undefined {
    const ended = readEndedFlow(line)
    if (ended === undefined) return undefined
    const { client, listener, target, transport, state } = ended.flow
    const ours = this.#reasons.of(target)
    const end = endOf(ended, ours)
    if (end === undefined) return undefined
    return {
      protocol: transport,
      client,
      port: listener.port,
      target: { key: this.#keyOf(listener.port, target), address: target.address, port: target.port },
      failOpen: undefined,
      bytesFromClient: ended.bytesFromClient,
      bytesFromTarget: ended.bytesFromTarget,
      durationMs: durationOf(ended),
      end,
      // Both sides of a flow that we end are reset.
      wasReset: transport === 'tcp' && (state === 'CLOSE' || end === ours),
    }
  }

  /** Several groups may have a target of this address and port: those of the listener first. */
  #keyOf(port: number, target: Endpoint): string {
    const name = endpointName(target)
    const groups = new Set(this.#routes?.listener(port)?.forward.map(({ targetGroup }) => targetGroup))
    for (const group of this.#routes?.snapshot.targetGroups ?? []) {
      if (!groups.has(group.name)) continue
      const found = group.targets.find(one => endpointName(one) === name)
      if (found !== undefined) return found.key
    }
    return this.#keys.get(name) ?? name
  }
}
