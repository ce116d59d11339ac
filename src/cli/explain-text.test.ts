import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExplainedBranch, Explanation } from '../dns/zone/explanation.ts'
import { explanationText } from './explain-text.ts'

const branch = (also: Partial<ExplainedBranch>): ExplainedBranch => ({
  setIdentifier: 'active',
  selector: 'PRIMARY',
  healthy: true,
  reason: 'active: 2 of 2 zones healthy',
  isChosen: false,
  isAbsent: false,
  leadsTo: {
    kind: 'balancer',
    loadBalancer: 'active',
    healthy: true,
    reason: '',
    evaluatesTargetHealth: true,
    values: ['127.0.1.1', '127.0.1.2'],
  },
  ...also,
})

const explanation = (also: Partial<Explanation> = {}): Explanation => ({
  name: 'data.demo.test.',
  type: 'A',
  zone: 'demo.test.',
  outcome: 'answered',
  reason: 'answered',
  answers: [{ name: 'data.demo.test.', ttlSeconds: 5, type: 'A', value: '127.0.1.1' }],
  tree: {
    name: 'data.demo.test.',
    type: 'A',
    policy: 'failover',
    reason: 'primary: up',
    branches: [
      branch({ isChosen: true }),
      branch({
        selector: 'SECONDARY',
        setIdentifier: 'spare',
        healthy: false,
        reason: 'down',
        leadsTo: {
          kind: 'group',
          evaluatesTargetHealth: false,
          group: {
            name: 'spare.demo.test.',
            type: 'A',
            policy: 'simple',
            reason: '',
            branches: [
              branch({
                selector: '',
                setIdentifier: undefined,
                reason: 'nothing is checked',
                leadsTo: { kind: 'values', ttlSeconds: 60, values: ['192.0.2.1'] },
              }),
            ],
          },
        },
      }),
    ],
  },
  scopeBits: 0,
  ...also,
})

const plain = { colour: false }

test('a tree with branches in branches, what is answered, and what the servers say', () => {
  const servers = [{ server: 'dns-1', answered: 'PRIMARY', reason: 'up', hold: 'frozen by ann' }]
  assert.equal(
    explanationText({ now: explanation(), wouldBe: undefined, supposed: [], servers }, plain),
    `data.demo.test. A   (zone demo.test.)
failover: primary: up
├─ PRIMARY active: balancer active: 127.0.1.1, 127.0.1.2  ← answered
│  healthy: active: 2 of 2 zones healthy
└─ SECONDARY spare: spare.demo.test. A, whose health is not looked at
   unhealthy: down
   simple
   └─ 192.0.2.1 for 60 s
      healthy: nothing is checked
answered:
  5 s  A  127.0.1.1

dns-1 answers PRIMARY (up; frozen by ann)
`,
  )
})

test('a name without an answer says why; a supposition stands below', () => {
  const nothing = explanation({
    outcome: 'no-data',
    reason: 'the name exists and has nothing of this type for this client',
    answers: [],
    tree: undefined,
  })
  const text = explanationText(
    { now: nothing, wouldBe: explanation({ scopeBits: 24 }), supposed: ['down=active'], servers: [] },
    plain,
  )
  assert.match(text, /^no-data: the name exists and has nothing of this type for this client$/m)
  assert.match(text, /^If down=active:$/m)
  assert.match(text, /^answered for clients that share 24 bits of their address:$/m)
})
