import { readFileSync } from 'node:fs'
import { compositeEngine } from '../balancer/composite-engine.ts'
import type { Engine, EngineEvents } from '../balancer/engine.ts'
import { httpEngine, takesRequests } from '../balancer/http/engine.ts'
import {
  chooseEngine,
  considersKernel,
  type EngineChoice,
  type KernelFacts,
} from '../balancer/kernel/choose-engine.ts'
import { kernelEngine } from '../balancer/kernel/engine.ts'
import { families, familyOf } from '../balancer/kernel/family.ts'
import { listenerObstacle } from '../balancer/kernel/listener-obstacle.ts'
import { tableName } from '../balancer/kernel/names.ts'
import { rulesFor } from '../balancer/kernel/rules-for.ts'
import { removal, transaction } from '../balancer/kernel/transaction.ts'
import type { BalancerSnapshot } from '../balancer/selection/balancer-snapshot.ts'
import { routing } from '../balancer/selection/routing.ts'
import { userspaceEngine } from '../balancer/userspace/engine.ts'
import { limitsFor } from '../balancer/userspace/limits.ts'
import { sharedEngine } from '../balancer/workers/shared-engine.ts'
import { workersMost } from '../balancer/workers/worker-demand.ts'
import type { Programs } from '../base/programs.ts'
import { openFilesMax } from '../io/open-files-max.ts'
import { readSealKey } from '../io/seal-key.ts'
import type { EngineWish, WorkersWish } from '../resources/load-balancing.ts'
import { openSecret } from '../resources/sealed-secret.ts'
import type { RoleContext } from './context.ts'

/** An engine, and why it is this one. */
export interface BalancerEngine {
  readonly engine: Engine
  /** In a sentence, with the listeners that are served otherwise. */
  reason(snapshot: BalancerSnapshot): string
  /** Processes that take connections beside this one. */
  workers(): number
}

export interface EngineWishes {
  readonly engine: EngineWish
  readonly workers: WorkersWish
}

/** The engine of a balancer: as its load balancer wishes, and as this machine can. Listeners that decide for each request have one of their own. */
export async function balancerEngine(
  context: RoleContext,
  snapshot: BalancerSnapshot,
  wishes: EngineWishes,
  events: EngineEvents,
): Promise<BalancerEngine> {
  const { network, clock, log, random, stateDir } = context
  const { engine, reason, workers } = await flowEngine(context, snapshot, wishes, events)
  const openPrivateKey = keyOpener(stateDir)
  const requests = httpEngine({ network, clock, random, log, events, openPrivateKey })
  return {
    engine: compositeEngine(engine, requests, listener => !takesRequests(listener)),
    reason: now => withWorkers(reason(now), workers()),
    workers,
  }
}

/** What moves flows whole. */
async function flowEngine(
  context: RoleContext,
  snapshot: BalancerSnapshot,
  { engine: wish, workers: workersWish }: EngineWishes,
  events: EngineEvents,
): Promise<BalancerEngine> {
  const { network, clock, log, programs, stateDir } = context
  const { engine: userspace, workers } = socketEngine(context, workersWish, events)
  const { loadBalancer, zone, address = '' } = snapshot
  const table = tableName(loadBalancer, zone, stateDir)
  if (programs === undefined) return { engine: userspace, reason: () => 'sockets work everywhere', workers }

  const facts = considersKernel(wish, address) ? await kernelFacts(programs, snapshot, table) : undefined
  const choice = chooseEngine(wish, address, facts)
  log.info('engine chosen', { engine: choice.engine, reason: choice.reason })
  if (choice.isDisappointment) log.error('engine is not what was asked for', { reason: choice.reason })
  if (choice.engine === 'userspace') {
    await removeLeftRules(programs, table)
    return { engine: userspace, reason: () => choice.reason, workers }
  }
  const kernel = kernelEngine({ programs, network, clock, log, events, table })
  return {
    engine: compositeEngine(
      kernel,
      userspace,
      (listener, now) => listenerObstacle(listener, now) === undefined,
    ),
    reason: now => withExceptions(choice, now),
    workers,
  }
}

/** Sockets of this process, or of several. */
function socketEngine(
  { network, clock, log, stateDir, workers: processes }: RoleContext,
  wish: WorkersWish,
  events: EngineEvents,
): Pick<BalancerEngine, 'engine' | 'workers'> {
  const limits = limitsFor(openFilesMax())
  const options = { network, clock, log, events, limits, openPrivateKey: keyOpener(stateDir) }
  if (processes === undefined || workersMost(wish, processes.processors) === 0)
    return { engine: userspaceEngine(options), workers: () => 0 }
  const engine = sharedEngine({ ...options, processes, wish })
  return { engine, workers: () => engine.workers() }
}

function withWorkers(reason: string, workers: number): string {
  return workers === 0 ? reason : `${reason}; ${1 + workers} processes take connections`
}

/** The key file is read when it is first needed: it may be made after this process has begun. */
function keyOpener(stateDir: string): (place: string, sealed: string) => string | undefined {
  return (place, sealed) => {
    const key = readSealKey(stateDir)
    const opened = key === undefined ? undefined : openSecret(key, place, sealed)
    return opened === undefined ? undefined : Buffer.from(opened).toString('utf8')
  }
}

function withExceptions({ reason }: EngineChoice, snapshot: BalancerSnapshot): string {
  const exceptions = snapshot.listeners.flatMap(listener => {
    const obstacle = listenerObstacle(listener, snapshot)
    return obstacle === undefined ? [] : [`listener ${listener.port} in userspace: ${obstacle}`]
  })
  return [reason, ...exceptions].join('; ')
}

/** A process that was killed left them, when the wish was another. They would take every packet before a socket sees it. */
async function removeLeftRules(programs: Programs, table: string): Promise<void> {
  try {
    const { output } = await programs.run('nft', ['list', 'tables'])
    for (const { name } of families)
      if (output.split('\n').includes(`table ${name} ${table}`))
        await programs.run('nft', ['-f', '-'], removal(name, table))
  } catch {
    // Without nft, nobody has made a table.
  }
}

const netAdminBit = 12n

async function kernelFacts(
  programs: Programs,
  snapshot: BalancerSnapshot,
  table: string,
): Promise<KernelFacts> {
  const { platform } = process
  if (platform !== 'linux')
    return { platform, mayAdminister: false, missingPrograms: [], refusal: undefined, forwards: false }
  const [, capabilities = '0'] =
    /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  const mayAdminister = ((BigInt(`0x${capabilities}`) >> netAdminBit) & 1n) === 1n
  const missingPrograms: string[] = []
  for (const program of ['nft', 'conntrack'])
    if (!(await isInstalled(programs, program))) missingPrograms.push(program)
  const isUsable = mayAdminister && missingPrograms.length === 0
  return {
    platform,
    mayAdminister,
    missingPrograms,
    refusal: isUsable ? await refusalOf(programs, snapshot, `${table}-trial`) : undefined,
    forwards: readsOne(
      familyOf(snapshot.address ?? '').name === 'ip'
        ? '/proc/sys/net/ipv4/ip_forward'
        : '/proc/sys/net/ipv6/conf/all/forwarding',
    ),
  }
}

async function isInstalled(programs: Programs, program: string): Promise<boolean> {
  try {
    return (await programs.run(program, ['--version'])).code === 0
  } catch {
    return false
  }
}

/** What nft says to rules without listeners, which it only checks. */
async function refusalOf(
  programs: Programs,
  snapshot: BalancerSnapshot,
  table: string,
): Promise<string | undefined> {
  const rules = rulesFor(routing({ ...snapshot, listeners: [] }, new Map()), table)
  if (rules === undefined) return undefined
  const { code, errors } = await programs.run('nft', ['-c', '-f', '-'], transaction(undefined, rules))
  return code === 0 ? undefined : (errors.split('\n')[0] ?? 'no reason given')
}

function readsOne(path: string): boolean {
  try {
    return readFileSync(path, 'utf8').trim() === '1'
  } catch {
    return false
  }
}
