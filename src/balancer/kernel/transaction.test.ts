import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatMark } from './base-rules.ts'
import { familyOf } from './family.ts'
import { RuleDraft, type RuleSet, type StandingRules } from './rule-set.ts'
import { transaction } from './transaction.ts'

/** A table that does what nft would, and refuses what it would refuse. */
class Table {
  exists = false
  readonly objects = new Map<string, Set<string>>(
    ['ct timeout', 'chain', 'set', 'map'].map(kind => [kind, new Set()]),
  )
  readonly elements = new Map<string, Map<string, string>>()
  readonly rules = new Map<string, string[]>()

  run(text: string): void {
    for (const line of text.split('\n').filter(Boolean)) this.#line(line)
  }

  #line(line: string): void {
    const match = /^(add|delete|flush) (table|ct timeout|chain|set|map|element|rule) ip t ?(\S*) ?(.*)$/.exec(
      line,
    )
    assert.ok(match, `not a statement: ${line}`)
    const [, verb = '', kind = '', name = '', rest = ''] = match
    if (kind === 'table') this.exists = verb === 'add'
    else if (kind === 'element') this.#element(verb, name, rest)
    else if (kind === 'rule') {
      const rules = this.rules.get(name)
      assert.ok(rules, `a rule without a chain: ${line}`)
      for (const [, chain] of rest.matchAll(/(?:goto|jump) (\S+)/g)) this.#must('chain', chain ?? '')
      for (const [, set] of rest.matchAll(/@(\S+)/g))
        assert.ok(this.elements.has(set ?? ''), `no collection ${set}`)
      rules.push(rest)
    } else if (verb === 'add') {
      assert.ok(!this.#set(kind).has(name), `twice: ${line}`)
      this.#set(kind).add(name)
      if (kind === 'chain') this.rules.set(name, [])
      if (kind === 'set' || kind === 'map') this.elements.set(name, new Map())
    } else {
      this.#must(kind, name)
      if (verb === 'flush') {
        this.rules.get(name)?.splice(0)
        this.elements.get(name)?.clear()
      } else {
        this.#set(kind).delete(name)
        if (kind === 'chain') this.#deleteChain(name)
        else this.elements.delete(name)
      }
    }
  }

  #element(verb: string, name: string, rest: string): void {
    const elements = this.elements.get(name)
    assert.ok(elements, `no collection ${name}`)
    for (const element of rest.replace(/^\{ | \}$/g, '').split(', ')) {
      const [, key = '', value = '', comment = ''] = /^(\S+)(?: : (.+)| comment "(.+)")?$/.exec(element) ?? []
      if (verb === 'delete') assert.ok(elements.delete(key), `no element ${key}`)
      else {
        assert.ok(!elements.has(key), `element exists: ${key}`)
        const [, chain] = /^goto (\S+)$/.exec(value) ?? []
        if (chain !== undefined) this.#must('chain', chain)
        elements.set(key, value || comment)
      }
    }
  }

  #deleteChain(name: string): void {
    this.rules.delete(name)
    const uses = [...this.rules.values(), ...[...this.elements.values()].map(map => [...map.values()])]
    assert.ok(!uses.flat().some(use => use.split(/\s/).includes(name)), `chain ${name} is in use`)
  }

  #must(kind: string, name: string): void {
    assert.ok(this.#set(kind).has(name), `no ${kind} ${name}`)
  }

  #set(kind: string): Set<string> {
    return this.objects.get(kind) ?? new Set()
  }

  assertIs(wanted: RuleSet): void {
    assert.deepEqual([...this.#set('ct timeout')].sort(), [...wanted.timeouts.keys()].sort())
    assert.deepEqual([...this.#set('chain')].sort(), [...wanted.chains.keys()].sort())
    for (const [name, { rules }] of wanted.chains) assert.deepEqual(this.rules.get(name), rules)
    assert.deepEqual([...this.elements.keys()].sort(), [...wanted.collections.keys()].sort())
    for (const [name, { elements }] of wanted.collections)
      assert.deepEqual(new Map(this.elements.get(name)), new Map(elements))
  }
}

const names = fc.uniqueArray(fc.constantFrom('p', 'q', 'r', 's'), { maxLength: 4 })
const rules = fc
  .record({ chains: names, sets: names, maps: names, counters: names, timeouts: names, salt: fc.nat(3) })
  .map(({ chains, sets, maps, counters, timeouts, salt }): RuleSet => {
    const draft = new RuleDraft(familyOf('10.0.0.1'), 't')
    draft.chain(formatMark, [])
    for (const name of chains) draft.chain(`chain-${name}`, [`return ${salt % 2}`])
    for (const name of sets) {
      draft.collection(`set-${name}`, 'set', 'type mark;', name === 's' ? 'networks' : 'ours')
      for (let i = salt; i < 5; i++) draft.element(`set-${name}`, String(i))
    }
    for (const name of maps) {
      draft.collection(`map-${name}`, 'map', 'type mark : verdict;')
      for (const [i, to] of chains.entries())
        draft.element(`map-${name}`, String((i + salt) % 4), `goto chain-${to}`)
      draft.chain(`user-${name}`, [`meta mark vmap @map-${name}`])
    }
    for (const name of counters) draft.counter(name)
    for (const name of timeouts) draft.timeouts.set(`timeout-${name}`, 'protocol tcp;')
    return draft
  })

/** What can be read back of a table: neither rules nor joined networks. */
function readBack(set: RuleSet): StandingRules {
  return {
    timeouts: set.timeouts,
    collections: new Map(
      [...set.collections].map(([name, { kind, filledBy, elements }]) => [
        name,
        { kind, elements: filledBy === 'networks' ? undefined : elements },
      ]),
    ),
    chains: new Map([...set.chains.keys()].map(name => [name, { rules: undefined }])),
  }
}

test('from anything to anything, known or read back: nft takes it, and the result is what was wanted', () => {
  fc.assert(
    fc.property(rules, rules, fc.boolean(), (before, after, isReadBack) => {
      const table = new Table()
      table.run(transaction(undefined, before))
      table.assertIs(before)
      table.run(transaction(isReadBack ? readBack(before) : before, after))
      table.assertIs(after)
      assert.equal(transaction(after, after), '')
    }),
  )
})

test('nothing has been there: everything is made, base chains last', () => {
  const draft = new RuleDraft(familyOf('10.0.0.1'), 't')
  draft.chain('first', ['jump second'], 'type filter hook output priority 0; policy accept;')
  draft.chain('second', ['drop'])
  assert.equal(
    transaction(undefined, draft),
    [
      'add table ip t',
      'add chain ip t second',
      'add set ip t counts { typeof numgen inc mod 65537; counter; }',
      'add chain ip t first { type filter hook output priority 0; policy accept; }',
      'add rule ip t first jump second',
      'add rule ip t second drop',
      '',
    ].join('\n'),
  )
  assert.ok(transaction('foreign', draft).startsWith('delete table ip t\nadd table ip t\n'))
})

test('what still counts is not written anew, however much else goes', () => {
  const of = (...counted: string[]): RuleDraft => {
    const draft = new RuleDraft(familyOf('10.0.0.1'), 't')
    for (const name of counted) draft.counter(name)
    return draft
  }
  assert.doesNotMatch(transaction(of('a', 'b', 'c', 'd'), of('d')), /flush/)
  assert.match(transaction(of(), of('a')), /^add element ip t counts \{ \d+ comment "a" \}\n$/)
})

test('few slots that change are named; most, and they are written anew', () => {
  const of = (count: number, changed: number): RuleDraft => {
    const draft = new RuleDraft(familyOf('10.0.0.1'), 't')
    draft.collection('m', 'map', 'type mark : mark;')
    for (let i = 0; i < count; i++) draft.element('m', String(i), i < changed ? '2' : '1')
    return draft
  }
  assert.equal(transaction(of(5, 0), of(5, 1)), 'delete element ip t m { 0 }\nadd element ip t m { 0 : 2 }\n')
  assert.equal(transaction(of(2, 0), of(2, 2)), 'flush map ip t m\nadd element ip t m { 0 : 2, 1 : 2 }\n')
})
