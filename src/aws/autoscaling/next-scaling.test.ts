import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  emptyMemory,
  nextScaling,
  type ScalingAction,
  type ScalingGroup,
  type ScalingMember,
  type ScalingMemory,
  scaleInAfterMs,
} from './next-scaling.ts'

const settings: Omit<ScalingGroup, 'members'> = {
  minSize: 1,
  maxSize: 6,
  desired: 2,
  zones: ['a', 'b'],
  graceMs: 1_000,
  tracking: undefined,
}

/** A group whose actions are carried out at once, but for what takes time: starting and draining. */
class World {
  members: ScalingMember[] = []
  group = { ...settings }
  memory: ScalingMemory = emptyMemory
  nowMs = 0
  launched = 0
  done: ScalingAction[] = []

  step(): void {
    const [memory, actions] = nextScaling({ ...this.group, members: this.members }, this.memory, this.nowMs)
    this.memory = memory
    for (const action of actions) this.carryOut(action)
    this.done.push(...actions)
    this.nowMs += 1_000
  }
  steps(count: number): void {
    for (let i = 0; i < count; i++) {
      this.step()
      this.members = this.members.map(member => ({
        ...member,
        state: member.state === 'pending' ? 'running' : member.state,
        isDrained: member.state === 'leaving',
      }))
    }
  }
  change(id: string, change: Partial<ScalingMember>): void {
    this.members = this.members.map(member => (member.id === id ? { ...member, ...change } : member))
  }
  private carryOut(action: ScalingAction): void {
    if (action.do === 'desire') this.group = { ...this.group, desired: action.capacity }
    else if (action.do === 'launch')
      this.members.push({
        id: `i-${++this.launched}`,
        zone: action.zone,
        launchedMs: this.nowMs,
        state: 'pending',
        isRegistered: false,
        isHealthy: true,
        isProtected: false,
        isDrained: false,
      })
    else if (action.do === 'register') this.change(action.id, { isRegistered: true })
    else if (action.do === 'retire') this.change(action.id, { state: 'leaving', isRegistered: false })
    else this.members = this.members.filter(({ id }) => id !== action.id)
  }
}

const zonesOf = (world: World): string => world.members.map(({ zone }) => zone).join('')

test('launches what is missing over the zones, registers it when it runs, and rests', () => {
  const world = new World()
  world.group.desired = 3
  world.steps(3)
  assert.equal(zonesOf(world), 'aba')
  assert.ok(world.members.every(({ isRegistered }) => isRegistered))
  const { length } = world.done
  world.steps(5)
  assert.equal(world.done.length, length)
})

test('an unhealthy member is replaced after its grace, drained first', () => {
  const world = new World()
  world.steps(3)
  world.change('i-1', { isHealthy: false })
  world.step()
  assert.deepEqual(
    world.done.slice(-2).map(action => action.do),
    ['retire', 'launch'],
  )
  assert.deepEqual(
    world.members.map(({ id, state }) => [id, state]),
    [
      ['i-1', 'leaving'],
      ['i-2', 'running'],
      ['i-3', 'pending'],
    ],
  )
  world.steps(3)
  assert.deepEqual(
    world.members.map(({ id }) => id),
    ['i-2', 'i-3'],
  )
  assert.equal(zonesOf(world), 'ba')
})

test('within its grace a member may be unhealthy: it is starting', () => {
  const world = new World()
  world.group.graceMs = 60_000
  world.steps(2)
  world.change('i-1', { isHealthy: false })
  world.steps(10)
  assert.equal(world.launched, 2)
})

test('scale-in takes the oldest of the zone with most, never a protected one, and terminates only who has drained', () => {
  const world = new World()
  world.group.desired = 4
  world.steps(3)
  world.change('i-1', { isProtected: true })
  world.group.desired = 2
  world.step()
  assert.deepEqual(
    world.done.slice(-2).map(action => 'id' in action && [action.do, action.id]),
    [
      ['retire', 'i-2'],
      ['retire', 'i-3'],
    ],
  )
  world.step()
  assert.equal(world.members.length, 4, 'they still drain')
  world.steps(3)
  assert.deepEqual(
    world.members.map(({ id }) => id),
    ['i-1', 'i-4'],
  )
})

test('target tracking goes up at once and down one by one, each after a quiet minute', () => {
  const world = new World()
  world.steps(3)
  world.group = { ...world.group, tracking: { target: 10, runningQueries: 45 } }
  world.step()
  assert.equal(world.group.desired, 5)
  world.group = { ...world.group, tracking: { target: 10, runningQueries: 15 } }
  const quietSteps = scaleInAfterMs / 1_000
  world.steps(quietSteps)
  assert.equal(world.group.desired, 5)
  world.steps(1)
  assert.equal(world.group.desired, 4)
  world.steps(quietSteps * 10)
  assert.equal(world.group.desired, 2)
})

test('a burst within the quiet minute begins it anew; nobody’s word is no news', () => {
  const world = new World()
  world.steps(3)
  for (let i = 0; i < 5; i++) {
    world.group = { ...world.group, tracking: { target: 10, runningQueries: 1 } }
    world.steps(scaleInAfterMs / 1_000 - 5)
    world.group = { ...world.group, tracking: { target: 10, runningQueries: 20 } }
    world.step()
  }
  world.group = { ...world.group, tracking: { target: 10, runningQueries: undefined } }
  world.steps(200)
  assert.equal(world.group.desired, 2)
})

test('a failed launch is waited for', () => {
  const world = new World()
  world.memory = { ...emptyMemory, launchNotBeforeMs: 3_000 }
  world.steps(3)
  assert.equal(world.launched, 0)
  world.step()
  assert.equal(world.launched, 2)
})

test('whatever happens, it comes to rest with the desired number, within bounds', () => {
  const event = fc.oneof(
    fc.record({ kind: fc.constant('desire' as const), value: fc.integer({ min: 0, max: 9 }) }),
    fc.record({ kind: fc.constant('sick' as const), value: fc.nat(9) }),
    fc.record({ kind: fc.constant('killed' as const), value: fc.nat(9) }),
    fc.record({ kind: fc.constant('load' as const), value: fc.nat(100) }),
  )
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), events => {
      const world = new World()
      for (const { kind, value } of events) {
        const id = world.members[value % Math.max(1, world.members.length)]?.id ?? ''
        if (kind === 'desire') world.group = { ...world.group, desired: value }
        else if (kind === 'load')
          world.group = { ...world.group, tracking: { target: 10, runningQueries: value } }
        else world.change(id, kind === 'sick' ? { isHealthy: false } : { state: 'gone' })
        world.steps(1 + (value % 3))
        assert.ok(world.group.desired >= 1 && world.group.desired <= 6)
      }
      world.group = { ...world.group, tracking: undefined }
      world.steps(10)
      assert.equal(world.members.length, world.group.desired)
      assert.ok(world.members.every(({ isRegistered, isHealthy }) => isRegistered && isHealthy))
    }),
  )
})
