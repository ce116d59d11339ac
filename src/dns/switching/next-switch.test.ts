import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Failback,
  type SwitchingSettings,
  type SwitchLatch,
  type SwitchOverride,
  switchingDefaults,
} from '../../resources/switching.ts'
import { nextSwitch, settleMs } from './next-switch.ts'
import type { SwitchInputs, SwitchState } from './switch-state.ts'
import { unrestMs } from './unrest.ts'

type Word = 'up' | 'down' | 'absent'
const verdicts = {
  up: { healthy: true, reason: 'up' },
  down: { healthy: false, reason: 'down' },
  absent: undefined,
}
const epochWallMs = Date.parse('2026-01-01T00:00:00Z')
const iso = (wallMs: number): string => new Date(wallMs).toISOString()

/** One name in one process, in its own time. */
function name(settings: Partial<SwitchingSettings> = {}) {
  let clockMs = 0
  let state: SwitchState | undefined
  let latch: SwitchLatch | undefined
  let override: SwitchOverride | undefined
  const step = (primary: Word, secondary: Word = 'up'): string => {
    const inputs: SwitchInputs = {
      primary: verdicts[primary],
      secondary: verdicts[secondary],
      settings: { ...switchingDefaults, ...settings },
      override,
      latch,
    }
    const next = nextSwitch(state, inputs, { clockMs, wallMs: epochWallMs + clockMs })
    if (next === undefined) return 'nothing'
    state = next
    return next.answered
  }
  return {
    step,
    pass(ms: number) {
      clockMs += ms
    },
    /** What it decided goes to the store. */
    store() {
      if (state === undefined || state.epoch === (latch?.epoch ?? 0)) return
      latch = {
        epoch: state.epoch,
        answered: state.answered,
        reason: state.reason,
        by: 'dns-1',
        at: '',
        switchedAt: state.switchedAtMs.map(iso),
      }
    },
    restart() {
      state = undefined
    },
    hear(told: Partial<SwitchLatch>) {
      latch = { epoch: 1, answered: 'PRIMARY', reason: 'told', by: 'dns-2', at: '', switchedAt: [], ...told }
    },
    order(to: SwitchOverride['to'] | undefined, forMs = 60_000) {
      const at = epochWallMs + clockMs
      override =
        to === undefined
          ? undefined
          : { to, at: iso(at), until: iso(at + forMs), by: 'ann', reason: 'a drill' }
    },
    state: () => state as SwitchState,
    latch: () => latch,
  }
}

const manual: Failback = { kind: 'manual' }
const delayed: Failback = { kind: 'delayed', holdDownMs: 30_000 }

test("automatic failback is Route 53's table, at once and every time", () => {
  const n = name()
  assert.equal(n.step('up'), 'PRIMARY')
  assert.equal(n.step('down'), 'SECONDARY')
  assert.equal(n.step('up'), 'PRIMARY')
  assert.equal(n.step('down', 'down'), 'PRIMARY')
  assert.equal(n.step('down', 'up'), 'SECONDARY')
  assert.equal(n.step('down', 'down'), 'PRIMARY')
  assert.equal(n.step('absent', 'down'), 'SECONDARY')
  assert.equal(n.step('down', 'absent'), 'PRIMARY')
  assert.equal(n.step('absent', 'absent'), 'nothing')
  assert.equal(n.step('up', 'up'), 'PRIMARY')
})

test('manual failback stays until it is ordered, also when only the primary lives, and after a restart', () => {
  const n = name({ failback: manual })
  n.step('up')
  assert.equal(n.step('down'), 'SECONDARY')
  n.store()
  n.pass(24 * 3_600_000)
  assert.equal(n.step('up'), 'SECONDARY')
  assert.equal(n.step('up', 'down'), 'SECONDARY')
  assert.equal(n.state().hold?.kind, 'manual')
  n.restart()
  assert.equal(n.step('up'), 'SECONDARY')
  n.hear({ epoch: 2, answered: 'PRIMARY' })
  assert.equal(n.step('up'), 'PRIMARY')
  assert.equal(n.step('up', 'absent'), 'PRIMARY')
})

test('a value that is gone is never answered, whatever holds the name', () => {
  const n = name({ failback: manual })
  n.step('up')
  n.order('freeze')
  assert.equal(n.step('absent'), 'SECONDARY')
  n.order('primary')
  assert.equal(n.step('absent'), 'SECONDARY')
  assert.equal(n.step('up', 'absent'), 'PRIMARY')
})

test('delayed failback: healthy without a break for the hold-down, counted from the switch at the earliest', () => {
  const n = name({ failback: delayed })
  n.step('up')
  n.step('down')
  n.pass(1_000)
  assert.equal(n.step('up'), 'SECONDARY')
  n.pass(29_999)
  assert.equal(n.step('up'), 'SECONDARY')
  assert.equal(n.step('down'), 'SECONDARY')
  assert.equal(n.step('up'), 'SECONDARY')
  n.pass(29_999)
  assert.equal(n.step('up'), 'SECONDARY')
  n.pass(1)
  assert.equal(n.step('up'), 'PRIMARY')
})

test('delayed failback does not wait where the secondary is dead and the primary lives', () => {
  const n = name({ failback: delayed })
  n.step('up')
  n.step('down')
  assert.equal(n.step('down', 'down'), 'SECONDARY')
  assert.equal(n.step('up', 'down'), 'PRIMARY')
})

test('an override forces, freezes and ends by itself', () => {
  const n = name()
  n.step('up')
  n.order('secondary')
  assert.equal(n.step('up', 'down'), 'SECONDARY')
  assert.match(n.state().reason, /forced by ann until 2026-01-01T00:01:00.000Z: a drill/)
  n.order('freeze')
  assert.equal(n.step('up', 'down'), 'SECONDARY')
  n.order('primary')
  assert.equal(n.step('down', 'up'), 'PRIMARY')
  n.pass(59_999)
  assert.equal(n.step('down', 'up'), 'PRIMARY')
  n.pass(1)
  assert.equal(n.step('down', 'up'), 'SECONDARY')
})

test('an override whose end is no date, or beyond what is allowed, counts for nothing', () => {
  for (const until of ['soon', iso(epochWallMs + 8 * 24 * 3_600_000)]) {
    const inputs: SwitchInputs = {
      primary: verdicts.up,
      secondary: verdicts.up,
      settings: switchingDefaults,
      override: { to: 'secondary', at: iso(epochWallMs), until, by: 'ann', reason: 'x' },
      latch: undefined,
    }
    assert.equal(nextSwitch(undefined, inputs, { clockMs: 0, wallMs: epochWallMs })?.answered, 'PRIMARY')
  }
})

test('beyond the limit it stays where it is served, leaves a dead branch all the same, and moves when there is room', () => {
  const n = name({ switchesMax: 3, windowMs: 60_000 })
  n.step('up')
  n.step('down')
  n.step('up')
  assert.equal(n.step('down'), 'SECONDARY')
  assert.equal(n.step('up'), 'SECONDARY')
  assert.equal(n.state().hold?.kind, 'velocity')
  assert.equal(n.step('down', 'down'), 'SECONDARY', 'the last resort is no better than where it is')
  assert.equal(n.step('up', 'down'), 'PRIMARY', 'the secondary is dead, the primary lives')
  assert.equal(n.step('down', 'up'), 'SECONDARY')
  n.pass(59_999)
  assert.equal(n.step('up', 'up'), 'SECONDARY')
  n.pass(1)
  assert.equal(n.step('up', 'up'), 'PRIMARY')
})

test('a wall clock that was set back does not hold a name for a year', () => {
  const n = name({ switchesMax: 1 })
  n.hear({ epoch: 4, answered: 'SECONDARY', switchedAt: [iso(epochWallMs + 365 * 24 * 3_600_000)] })
  assert.equal(n.step('up'), 'PRIMARY')
})

test('at the start the secondary is answered for now; what did not come up in time is a switch', () => {
  const n = name({ failback: manual })
  assert.equal(n.step('down'), 'SECONDARY')
  assert.equal(n.state().isTentative, true)
  assert.equal(n.state().epoch, 0)
  n.pass(settleMs - 1)
  assert.equal(n.step('up'), 'PRIMARY')
  assert.equal(n.state().epoch, 0)

  const m = name({ failback: manual })
  m.step('down')
  m.pass(settleMs)
  assert.equal(m.step('down'), 'SECONDARY')
  assert.equal(m.state().epoch, 1)
  assert.equal(m.step('up'), 'SECONDARY')
})

test("another process's switch is followed where memory counts, and is not counted twice where it does not", () => {
  const n = name({ failback: manual })
  n.step('up')
  n.hear({ epoch: 1, answered: 'SECONDARY' })
  assert.equal(n.step('up'), 'SECONDARY')
  assert.equal(n.state().epoch, 1)

  const automatic = name()
  automatic.step('up')
  automatic.hear({ epoch: 1, answered: 'SECONDARY', switchedAt: [iso(epochWallMs)] })
  assert.equal(automatic.step('up'), 'PRIMARY', 'health says otherwise here')
  assert.equal(automatic.step('down'), 'SECONDARY')
  assert.equal(automatic.state().epoch, 1)
  assert.equal(automatic.state().switchedAtMs.length, 1)
})

test('a latch that is older than what we know is not believed', () => {
  const n = name({ failback: manual })
  n.step('up')
  n.hear({ epoch: 5, answered: 'SECONDARY' })
  assert.equal(n.step('up'), 'SECONDARY')
  n.hear({ epoch: 4, answered: 'PRIMARY' })
  assert.equal(n.step('up'), 'SECONDARY')
  assert.equal(n.state().epoch, 5)
})

test('delayed: a followed switch starts the hold-down anew, and a dead branch is not followed into', () => {
  const n = name({ failback: delayed })
  n.step('up')
  n.pass(100_000)
  n.hear({ epoch: 1, answered: 'SECONDARY' })
  assert.equal(n.step('up', 'down'), 'PRIMARY')
  assert.equal(n.step('up', 'up'), 'SECONDARY')
  n.pass(29_999)
  assert.equal(n.step('up', 'up'), 'SECONDARY')
  n.pass(1)
  assert.equal(n.step('up', 'up'), 'PRIMARY')
})

test('answers live shortly while a switch is likely', () => {
  const n = name({ failback: delayed })
  n.step('up')
  assert.equal(n.state().unrest, undefined)
  n.pass(1)
  n.step('down', 'down')
  assert.equal(n.state().unrest, 'the primary is unhealthy')
  n.step('up', 'down')
  assert.equal(n.state().unrest, 'the primary changed lately')
  n.pass(unrestMs)
  n.step('up')
  assert.equal(n.state().unrest, undefined)
  n.step('down')
  n.step('up')
  assert.equal(n.state().unrest, 'failback is pending')
  n.pass(30_000)
  n.step('up')
  assert.equal(n.state().unrest, 'it switched lately')
  n.pass(unrestMs)
  n.step('up')
  assert.equal(n.state().unrest, undefined)
  n.order('freeze')
  n.step('up')
  assert.equal(n.state().unrest, 'an override is in force')

  const parked = name({ failback: manual })
  parked.step('up')
  parked.step('down')
  parked.pass(unrestMs)
  parked.step('down')
  assert.equal(parked.state().unrest, undefined, 'nothing will happen by itself')
})

const failbacks = fc.constantFrom<Failback>({ kind: 'automatic' }, delayed, manual)
const words = fc.constantFrom<Word>('up', 'up', 'down', 'absent')
const steps = fc.array(
  fc.record({
    primary: words,
    secondary: words,
    passMs: fc.integer({ min: 0, max: 40_000 }),
    order: fc.constantFrom('primary', 'secondary', 'freeze', 'none', 'keep', 'keep', 'keep', 'keep'),
    restart: fc.boolean(),
  }),
  { maxLength: 60 },
)

test('whatever happens: never empty, never into a dead branch by itself, epochs never back', () => {
  fc.assert(
    fc.property(failbacks, fc.integer({ min: 1, max: 5 }), steps, (failback, switchesMax, all) => {
      const n = name({ failback, switchesMax, windowMs: 60_000 })
      let before: string | undefined
      let epoch = 0
      let orderedUntil = 0
      let elapsedMs = 0
      for (const { primary, secondary, passMs, order, restart } of all) {
        n.pass(passMs)
        elapsedMs += passMs
        if (order !== 'keep') {
          n.order(order === 'none' ? undefined : order)
          orderedUntil = order === 'none' ? 0 : elapsedMs + 60_000
        }
        if (restart) {
          n.restart()
          before = undefined
        }
        const answered = n.step(primary, secondary)
        n.store()
        if (primary === 'absent' && secondary === 'absent') {
          assert.equal(answered, 'nothing')
          continue
        }
        const [word, other] = answered === 'PRIMARY' ? [primary, secondary] : [secondary, primary]
        assert.notEqual(word, 'absent')
        if (before !== undefined && before !== answered && elapsedMs >= orderedUntil && other === 'up')
          assert.equal(word, 'up', `${before} → ${answered} although the other lives`)
        assert.equal(n.step(primary, secondary), answered, 'the same moment again decides the same')
        assert.ok(n.state().epoch >= epoch)
        epoch = n.state().epoch
        before = answered
      }
    }),
  )
})
