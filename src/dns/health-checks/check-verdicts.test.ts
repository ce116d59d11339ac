import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HealthCheckConfig, HealthCheckType } from '@aws-sdk/client-route-53'
import fc from 'fast-check'
import { healthCheckDocument } from '../../testing/health-check-documents.ts'
import { checkSettings } from './check-settings.ts'
import { checkVerdicts, sightsOf } from './check-verdicts.ts'
import { combine, type Sight, type Vote } from './combine.ts'

const votes = (healthy: number, unhealthy: number, unknown = 0): Vote[] => [
  ...Array.from({ length: healthy }, (_, i) => ({
    vantage: `h${i}`,
    opinion: 'healthy' as const,
    evidence: 'up',
  })),
  ...Array.from({ length: unhealthy }, (_, i) => ({
    vantage: `u${i}`,
    opinion: 'unhealthy' as const,
    evidence: 'down',
  })),
  ...Array.from({ length: unknown }, (_, i) => ({
    vantage: `x${i}`,
    opinion: 'unknown' as const,
    evidence: '',
  })),
]
const was = (healthy: boolean, isKnown = true): Sight => ({ healthy, isKnown, reason: 'earlier' })

const rows: [
  votes: Vote[],
  percent: number,
  before: Sight | undefined,
  healthy: boolean,
  isKnown: boolean,
][] = [
  [votes(1, 0), 18, undefined, true, true],
  [votes(0, 1), 18, undefined, false, true],
  [votes(1, 1), 18, was(false), true, true],
  [votes(1, 4), 18, was(false), true, true],
  [votes(1, 5), 18, was(true), false, true],
  [votes(2, 9), 18, was(true), true, true],
  [votes(18, 82), 18, was(true), false, true],
  [votes(19, 81), 18, was(false), true, true],
  [votes(1, 1), 50, was(true), false, true],
  [votes(2, 1), 50, was(false), true, true],
  [votes(1, 99), 0, was(false), true, true],
  [votes(0, 9), 0, was(true), false, true],
  [votes(99, 1), 99, was(true), false, true],
  [votes(3, 0), 99, was(false), true, true],
  [votes(0, 1, 5), 18, undefined, false, true],
  [votes(0, 0, 3), 18, undefined, true, false],
  [votes(0, 0), 18, was(false), false, true],
  [votes(0, 0), 18, was(true), true, true],
  [votes(0, 0), 18, was(true, false), true, false],
]
for (const [cast, percent, before, healthy, isKnown] of rows) {
  const count = (opinion: string): number => cast.filter(vote => vote.opinion === opinion).length
  const title = `${count('healthy')} healthy, ${count('unhealthy')} not, ${count('unknown')} unknown, quorum ${percent} %`
  test(`${title}, before ${before?.isKnown === true ? before.healthy : 'nothing'}: ${healthy}`, () => {
    const sight = combine(cast, percent, before)
    assert.deepEqual([sight.healthy, sight.isKnown], [healthy, isKnown])
  })
}

test('the words for silence do not pile up, and say what was before', () => {
  const once = combine([], 18, was(false))
  assert.deepEqual(combine([], 18, once), once)
  assert.equal(once.reason, 'no vantage point votes now; before: earlier')
})

test('one more healthy vote never makes a check unhealthy, and order is nothing', () => {
  const counts = fc.tuple(fc.nat(30), fc.nat(30), fc.nat(99))
  fc.assert(
    fc.property(counts, ([healthy, unhealthy, percent]) => {
      const less = combine(votes(healthy, unhealthy), percent, was(true))
      const more = combine(votes(healthy + 1, unhealthy), percent, was(true))
      assert.ok(!less.healthy || more.healthy)
      const reversed = combine(votes(healthy, unhealthy).toReversed(), percent, was(true))
      assert.equal(reversed.healthy, less.healthy)
    }),
  )
})

// Verdicts

type Config = HealthCheckConfig & { readonly Type: HealthCheckType }
const tcp: Config = { Type: 'TCP', IPAddress: '127.0.0.1', Port: 9999 }

function verdictOf(
  configs: Readonly<Record<string, Config>>,
  up: Readonly<Record<string, boolean>>,
  id = 'x',
) {
  const checks = Object.entries(configs).map(([name, config]) =>
    checkSettings(healthCheckDocument(name, config)),
  )
  const sights = sightsOf(
    checks,
    name => (up[name] === undefined ? [] : votes(up[name] ? 1 : 0, up[name] ? 0 : 1)),
    new Map(),
  )
  return checkVerdicts(checks, sights).get(id)?.healthy
}

const single: [Config, up: boolean | undefined, healthy: boolean][] = [
  [tcp, true, true],
  [tcp, false, false],
  [tcp, undefined, true],
  [{ ...tcp, Inverted: true }, true, false],
  [{ ...tcp, Inverted: true }, false, true],
  [{ ...tcp, Inverted: true }, undefined, false],
  [{ ...tcp, Disabled: true }, false, true],
  [{ ...tcp, Disabled: true, Inverted: true }, false, false],
  [{ Type: 'CLOUDWATCH_METRIC' }, undefined, true],
  [{ Type: 'CLOUDWATCH_METRIC', InsufficientDataHealthStatus: 'Unhealthy' }, undefined, false],
  [{ Type: 'CLOUDWATCH_METRIC', InsufficientDataHealthStatus: 'LastKnownStatus' }, undefined, true],
  [{ Type: 'RECOVERY_CONTROL' }, undefined, true],
]
for (const [config, up, healthy] of single) {
  const words = `${config.Type} ${config.Inverted ? 'inverted ' : ''}${config.Disabled ? 'disabled ' : ''}${config.InsufficientDataHealthStatus ?? ''}`
  test(`${words} seen ${up}: ${healthy}`, () => {
    assert.equal(verdictOf({ x: config }, up === undefined ? {} : { x: up }), healthy)
  })
}

const calculated = (HealthThreshold: number, ...ChildHealthChecks: string[]): Config => ({
  Type: 'CALCULATED',
  HealthThreshold,
  ChildHealthChecks,
})
const children = { a: tcp, b: tcp, c: tcp }
const all: [title: string, Record<string, Config>, up: Record<string, boolean>, healthy: boolean][] = [
  ['2 of 3', { x: calculated(2, 'a', 'b', 'c') }, { a: true, b: true, c: false }, true],
  ['1 of 3, 2 wanted', { x: calculated(2, 'a', 'b', 'c') }, { a: true, b: false, c: false }, false],
  ['0 wanted', { x: calculated(0, 'a') }, { a: false }, true],
  ['more wanted than there are', { x: calculated(4, 'a', 'b', 'c') }, { a: true, b: true, c: true }, false],
  ['a child without data is healthy', { x: calculated(1, 'a') }, {}, true],
  ['an inverted child', { x: calculated(1, 'd'), d: { ...tcp, Inverted: true } }, { d: false }, true],
  ['a disabled child', { x: calculated(1, 'd'), d: { ...tcp, Disabled: true } }, { d: false }, true],
  ['a child that is gone', { x: calculated(1, 'gone') }, {}, false],
  ['a calculated child', { x: calculated(1, 'y'), y: calculated(1, 'a') }, { a: true }, false],
  ['itself', { x: calculated(1, 'x') }, {}, false],
  ['inverted', { x: { ...calculated(1, 'a'), Inverted: true } }, { a: false }, true],
  ['disabled', { x: { ...calculated(1, 'a'), Disabled: true } }, { a: false }, true],
  ['before its children in the list', { a0: calculated(1, 'b'), x: calculated(1, 'a') }, { a: false }, false],
]
for (const [title, configs, up, healthy] of all) {
  test(`calculated, ${title}: ${healthy}`, () => {
    assert.equal(verdictOf({ ...configs, ...children }, up), healthy)
  })
}
