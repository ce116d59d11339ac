import assert from 'node:assert/strict'
import { silentLog } from '../../src/base/log.ts'
import { below, choose, fraction, type Random, seededRandom } from '../../src/base/random.ts'
import { type FailoverRole, failover } from '../../src/dns/routing/failover.ts'
import type { Verdict } from '../../src/dns/routing/verdict.ts'
import { type LatchKeeper, latchKeeper } from '../../src/dns/switching/latch-keeper.ts'
import { settleMs } from '../../src/dns/switching/next-switch.ts'
import type { SwitchState } from '../../src/dns/switching/switch-state.ts'
import { type Switchboard, switchboard } from '../../src/dns/switching/switchboard.ts'
import {
  type Failback,
  latchKey,
  type SwitchingDocument,
  type SwitchingSettings,
  type SwitchLatch,
  type SwitchOverride,
  switchingKey,
} from '../../src/resources/switching.ts'
import { topologySettingsKey } from '../../src/resources/topology-settings.ts'
import { memoryStore } from '../../src/store/memory-store.ts'
import type { Snapshot, Store } from '../../src/store/store.ts'
import { SimulatedClock, settled } from '../../src/testing/clock.ts'
import { demoZoneId, failoverDocuments } from '../../src/testing/dns-documents.ts'

/** How late news of the store is, and how often everything is checked. */
const stepMs = 100
const name = { zoneId: demoZoneId, name: 'data.demo.test.', type: 'A' }
const record = { name: name.name, type: name.type }
const path = `${name.name} ${name.type}`
const up: Verdict = { healthy: true, reason: 'up' }
const down: Verdict = { healthy: false, reason: 'down' }

export interface SwitchingCounts {
  switches: number
  orders: number
  restarts: number
  storeLosses: number
}

/** A DNS process: the real switchboard and latch keeper, behind a store that it can lose and health that it hears of late. */
interface Server {
  readonly id: string
  board: Switchboard
  keeper: LatchKeeper
  snapshot: Snapshot
  startedAt: number
  hasStore: boolean
  /** What it knows of health, and what is on its way to it. */
  primary: Verdict
  secondary: Verdict
  readonly news: { readonly at: number; readonly primary: Verdict; readonly secondary: Verdict }[]
  answered: FailoverRole | undefined
  /** Since when it knows of a healthy primary, without a break. */
  healthySince: number
  /** Wall times of changes that were neither needed nor ordered. */
  readonly better: number[]
}

/** One seed: flapping health heard at different times, lost stores, restarts, orders; then quiet. Throws when an invariant does not hold. */
export async function simulateSwitching(seed: number): Promise<SwitchingCounts> {
  const run = new Switching(seed)
  try {
    await run.begin()
    await run.disturb()
    await run.quiet()
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new Error(
      `seed ${seed}: ${text}\nagain: EVERPORT_SEED=${seed} npm test -- test/sim/switching\nbefore it:\n  ${run.trace.slice(-30).join('\n  ')}`,
      { cause: error },
    )
  }
  return run.counts
}

class Switching {
  readonly trace: string[] = []
  readonly counts: SwitchingCounts = { switches: 0, orders: 0, restarts: 0, storeLosses: 0 }
  readonly #random: Random
  readonly #clock = new SimulatedClock()
  readonly #store: Store = memoryStore()
  readonly #settings: SwitchingSettings
  readonly #servers: Server[] = []
  #isStoreUp = true
  #primary = up
  #secondary = up
  #override: SwitchOverride | undefined
  /** Epochs that an operator ordered back to the primary. */
  readonly #orderedBack = new Set<number>()

  constructor(seed: number) {
    this.#random = seededRandom(seed)
    const failback = choose<Failback>(this.#random, [
      { kind: 'automatic' },
      { kind: 'delayed', holdDownMs: 1_000 + below(this.#random, 20_000) },
      { kind: 'manual' },
    ]) as Failback
    this.#settings = {
      failback,
      switchesMax: 1 + below(this.#random, 6),
      windowMs: 10_000 + below(this.#random, 60_000),
      shortTtlSeconds: 1,
    }
    this.#note(JSON.stringify(this.#settings))
  }

  async begin(): Promise<void> {
    const documents = failoverDocuments()
    documents[topologySettingsKey] = { ...documents[topologySettingsKey], failover: this.#settings }
    await this.#store.commit(
      [],
      Object.entries(documents).map(([key, value]) => ({ key, value })),
    )
    const count = 2 + below(this.#random, 2)
    for (let i = 1; i <= count; i++) this.#servers.push(this.#newServer(`dns-${i}`))
    await this.#pass(1_000)
  }

  async disturb(): Promise<void> {
    const until = this.#clock.now() + 60_000 + below(this.#random, 60_000)
    while (this.#clock.now() < until) {
      await this.#event()
      await this.#pass(stepMs + below(this.#random, fraction(this.#random) < 0.7 ? 1_000 : 15_000))
    }
  }

  /** Everybody hears everything: then everybody stands at one place, and at the right one. */
  async quiet(): Promise<void> {
    this.#isStoreUp = true
    for (const server of this.#servers) server.hasStore = true
    this.#note('quiet')
    this.#tellHealth(up, up)
    // Servers that hear of one another may have to settle, wait out a hold-down, and a whole window.
    await this.#pass(settleMs + this.#settings.windowMs + 30_000)
    const answers = new Set(this.#servers.map(server => server.answered))
    assert.equal(
      answers.size,
      1,
      `they disagree: ${this.#servers.map(each => `${each.id} ${each.answered}`).join(', ')}`,
    )
    const [answered] = answers
    if (this.#isOverridden()) return
    if (this.#settings.failback.kind !== 'manual') assert.equal(answered, 'PRIMARY')
    const latch = this.#latch()
    if (this.#settings.failback.kind === 'manual') assert.equal(answered, latch?.answered ?? 'PRIMARY')
  }

  async #event(): Promise<void> {
    const what = fraction(this.#random)
    if (what < 0.5) {
      const flip = (verdict: Verdict): Verdict => (verdict.healthy ? down : up)
      if (fraction(this.#random) < 0.7) this.#tellHealth(flip(this.#primary), this.#secondary)
      else this.#tellHealth(this.#primary, flip(this.#secondary))
    } else if (what < 0.6) await this.#order()
    else if (what < 0.7) await this.#orderBack()
    else if (what < 0.8) this.#restart()
    else if (what < 0.9) {
      this.#isStoreUp = !this.#isStoreUp
      if (!this.#isStoreUp) this.counts.storeLosses++
      this.#note(`store ${this.#isStoreUp ? 'up' : 'gone'}`)
    } else {
      const server = choose(this.#random, this.#servers)
      if (server !== undefined) server.hasStore = !server.hasStore
    }
  }

  #tellHealth(primary: Verdict, secondary: Verdict): void {
    this.#primary = primary
    this.#secondary = secondary
    this.#note(`primary ${primary.reason}, secondary ${secondary.reason}`)
    for (const server of this.#servers) {
      const last = server.news.at(-1)?.at ?? 0
      // Late, and each at its own time, but in order.
      const at = Math.max(last, this.#clock.now() + below(this.#random, 300))
      server.news.push({ at, primary, secondary })
    }
  }

  async #order(): Promise<void> {
    if (!this.#isStoreUp) return
    this.counts.orders++
    const to = choose(this.#random, ['primary', 'secondary', 'freeze', undefined] as const)
    const at = iso(this.#clock.now())
    const until = iso(this.#clock.now() + 1_000 + below(this.#random, 20_000))
    this.#override = to === undefined ? undefined : { to, at, until, by: 'ann', reason: 'a drill' }
    this.#note(`override ${to ?? 'cleared'} until ${until}`)
    const value: SwitchingDocument | undefined =
      this.#override === undefined ? undefined : { override: this.#override }
    await this.#store.commit([], [{ key: switchingKey(name), value }])
  }

  async #orderBack(): Promise<void> {
    const document = this.#store.read().get<SwitchLatch>(latchKey(name))
    if (!this.#isStoreUp || document?.value.answered !== 'SECONDARY') return
    const epoch = document.value.epoch + 1
    this.counts.orders++
    this.#orderedBack.add(epoch)
    this.#note(`ordered back, epoch ${epoch}`)
    const value: SwitchLatch = { ...document.value, epoch, answered: 'PRIMARY', reason: 'ordered', by: 'ann' }
    await this.#store.commit(
      [{ key: latchKey(name), revision: document.revision }],
      [{ key: latchKey(name), value }],
    )
  }

  #restart(): void {
    // Without the store no process starts.
    const index = below(this.#random, this.#servers.length)
    const old = this.#servers[index]
    if (!this.#isStoreUp || old === undefined || !old.hasStore) return
    this.counts.restarts++
    this.#note(`${old.id} restarts`)
    this.#servers[index] = this.#newServer(old.id)
  }

  #newServer(id: string): Server {
    const server: Server = {
      id,
      board: switchboard({ now: () => this.#now(), changed: () => undefined }),
      keeper: latchKeeper({
        store: this.#storeOf(() => server),
        log: silentLog,
        by: id,
        wallMs: () => this.#now().wallMs,
        proposals: () => server.board.proposals(),
      }),
      snapshot: this.#store.read(),
      startedAt: this.#clock.now(),
      hasStore: true,
      primary: this.#primary,
      secondary: this.#secondary,
      news: [],
      answered: undefined,
      healthySince: this.#clock.now(),
      better: [],
    }
    server.board.read(server.snapshot)
    return server
  }

  #storeOf(server: () => Server): Store {
    return {
      ...this.#store,
      commit: (guards, changes) =>
        this.#isStoreUp && server().hasStore
          ? this.#store.commit(guards, changes)
          : Promise.reject(new Error('the store is gone')),
    }
  }

  async #pass(ms: number): Promise<void> {
    const until = this.#clock.now() + ms
    while (this.#clock.now() < until) {
      this.#clock.advance(stepMs)
      const revision = this.#store.read().revision
      for (const server of this.#servers) this.#step(server)
      const isBusy = this.#servers.some(server => server.board.proposals().length > 0)
      if (isBusy || this.#store.read().revision > revision) await settled()
    }
  }

  /** As the role does it: news of health, news of the store, a decision, and what was decided to the store. */
  #step(server: Server): void {
    while ((server.news[0]?.at ?? Infinity) <= this.#clock.now()) {
      const news = server.news.shift()
      if (news === undefined) break
      if (news.primary.healthy && !server.primary.healthy) server.healthySince = this.#clock.now()
      Object.assign(server, { primary: news.primary, secondary: news.secondary })
    }
    const newest = this.#store.read()
    if (this.#isStoreUp && server.hasStore && newest.revision > server.snapshot.revision) {
      server.snapshot = newest
      server.board.read(newest)
    }
    const before = server.board.states().get(path)?.state
    const answered = server.board.decide(record, server.primary, server.secondary)?.answered
    this.#check(server, before, answered)
    server.answered = answered
    server.keeper.keep()
  }

  #check(server: Server, stateBefore: SwitchState | undefined, answered: FailoverRole | undefined): void {
    assert.ok(answered !== undefined, `${server.id} answers nothing`)
    const before = stateBefore?.answered
    const { state } = server.board.states().get(path) ?? {}
    assert.ok(state !== undefined)
    const known = server.snapshot.get<SwitchLatch>(latchKey(name))?.value
    assert.ok(state.epoch >= (known?.epoch ?? 0), `${server.id} is behind what it read`)
    const override = server.snapshot.get<SwitchingDocument>(switchingKey(name))?.value.override
    const isActive = override !== undefined && Date.parse(override.until) > this.#now().wallMs
    if (isActive && override.to !== 'freeze')
      assert.equal(answered, override.to === 'primary' ? 'PRIMARY' : 'SECONDARY', `${server.id} disobeys`)
    if (isActive || before === undefined) return

    const { failback, switchesMax, windowMs } = this.#settings
    const [own, other] =
      answered === 'PRIMARY' ? [server.primary, server.secondary] : [server.secondary, server.primary]
    if (failback.kind !== 'manual')
      assert.ok(own.healthy || !other.healthy, `${server.id} answers a dead branch while the other lives`)
    if (failback.kind === 'automatic' && state.hold === undefined)
      assert.equal(
        answered,
        failover(server.primary, server.secondary)?.answered,
        `${server.id}: not the table's answer`,
      )
    if (answered === before) return
    this.counts.switches++
    this.#note(`${server.id}: ${before} → ${answered}, epoch ${state.epoch}, ${state.reason}`)

    const isNeeded = own.healthy && !other.healthy
    const isFollowed = known?.epoch === state.epoch && known.answered === answered
    if (failback.kind === 'manual' && answered === 'PRIMARY') {
      const isUnlatched = known === undefined || known.answered === 'PRIMARY'
      assert.ok(this.#orderedBack.has(state.epoch) || isUnlatched, `${server.id} fails back by itself`)
    }
    if (isNeeded || isFollowed || state.isTentative || stateBefore?.isTentative === true) return
    if (failback.kind === 'delayed' && answered === 'PRIMARY')
      assert.ok(
        this.#clock.now() - server.healthySince >= failback.holdDownMs,
        `${server.id} fails back before the hold-down is over`,
      )
    const now = this.#now().wallMs
    const recent = server.better.filter(at => at > now - windowMs)
    server.better.splice(0, Infinity, ...recent, now)
    assert.ok(
      recent.length < switchesMax,
      `${server.id}: ${recent.length + 1} switches that nobody needed within the window`,
    )
  }

  #isOverridden(): boolean {
    return this.#override !== undefined && Date.parse(this.#override.until) > this.#now().wallMs
  }

  #latch(): SwitchLatch | undefined {
    return this.#store.read().get<SwitchLatch>(latchKey(name))?.value
  }

  #now(): { clockMs: number; wallMs: number } {
    return { clockMs: this.#clock.now(), wallMs: wallOf(this.#clock.now()) }
  }

  #note(text: string): void {
    this.trace.push(`${this.#clock.now()} ${text}`)
  }
}

function wallOf(clockMs: number): number {
  return Date.parse('2026-01-01T00:00:00Z') + clockMs
}

function iso(clockMs: number): string {
  return new Date(wallOf(clockMs)).toISOString()
}
