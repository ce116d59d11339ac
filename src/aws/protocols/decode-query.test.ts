import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeQuery } from './decode-query.ts'
import { loadService } from './load-service.ts'
import { problemsRefusal } from './problem-text.ts'
import { requestLimits } from './request-limits.ts'
import { serviceDefinitions } from './service-definition.ts'

const elbv2 = await loadService('elbv2')
const ec2 = await loadService('ec2', ['RunInstances', 'DescribeInstances'])

function decoded(operation: string, parameters: Record<string, string>) {
  const model = elbv2.operations.get(operation)
  assert.ok(model)
  return decodeQuery(model.input, Object.entries(parameters), false)
}

test('lists go by their numbers, gaps are closed, and an empty one is one', () => {
  assert.deepEqual(
    decoded('DescribeTargetGroups', { 'Names.member.10': 'c', 'Names.member.2': 'b', 'Names.member.1': 'a' })
      .input,
    { Names: ['a', 'b', 'c'] },
  )
  assert.deepEqual(decoded('DescribeTargetGroups', { Names: '' }).input, { Names: [] })
})

test('every problem is told at once, in AWS’s sentences', () => {
  const { problems } = decoded('CreateTargetGroup', {
    Port: '70000',
    Protocol: 'SCTP',
    HealthCheckIntervalSeconds: '5.5',
    HealthCheckEnabled: 'yes',
    'Tags.member.1.Key': '',
    NoSuch: '1',
  })
  const refused = problemsRefusal(serviceDefinitions.elbv2, problems)
  assert.equal(refused?.code, 'ValidationError')
  const expected = [
    '6 validation errors detected: ',
    "Value null at 'name' failed to satisfy constraint: Member must not be null",
    "Value 'SCTP' at 'protocol' failed to satisfy constraint: Member must satisfy enum value set: [HTTP, HTTPS,",
    "Value '70000' at 'port' failed to satisfy constraint: Member must have value less than or equal to 65535",
    "Value 'yes' at 'healthCheckEnabled' failed to satisfy constraint: Member must be a boolean",
    "Value '5.5' at 'healthCheckIntervalSeconds' failed to satisfy constraint: Member must be a whole number",
    "Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1",
  ]
  for (const sentence of expected)
    assert.ok(refused.message.includes(sentence), `${sentence}\n${refused.message}`)
})

test('EC2 has its own names for lists and its own codes for problems', () => {
  const model = ec2.operations.get('DescribeInstances')
  assert.ok(model)
  const read = (parameters: Record<string, string>) =>
    decodeQuery(model.input, Object.entries(parameters), true)
  assert.deepEqual(
    read({ 'Filter.1.Name': 'tag:Name', 'Filter.1.Value.1': 'a', 'InstanceId.1': 'i-1' }).input,
    { InstanceIds: ['i-1'], Filters: [{ Name: 'tag:Name', Values: ['a'] }] },
  )
  const codeOf = (parameters: Record<string, string>) =>
    problemsRefusal(serviceDefinitions.ec2, read(parameters).problems)?.code
  assert.equal(codeOf({ Instances: 'x' }), 'UnknownParameter')
  assert.equal(codeOf({ MaxResults: 'many' }), 'InvalidParameterValue')
  const run = ec2.operations.get('RunInstances')
  const missing = problemsRefusal(serviceDefinitions.ec2, decodeQuery(run?.input, [], true).problems)
  assert.equal(missing?.message, 'The request must contain the parameter MaxCount')
})

test('too many parameters, or too deep, are refused without being read', () => {
  const many = Object.fromEntries(
    Array.from({ length: requestLimits.parametersMax + 1 }, (_, i) => [`Names.member.${i + 1}`, 'a']),
  )
  assert.match(decoded('DescribeTargetGroups', many).problems[0]?.rule ?? '', /At most/)
  const deep = { [Array.from({ length: 100 }, () => 'a').join('.')]: 'b' }
  assert.match(decoded('DescribeTargetGroups', deep).problems[0]?.rule ?? '', /At most/)
})

test('whatever parameters come, decoding ends, and members are the schema’s', () => {
  const step = fc.oneof(
    fc.constantFrom(
      'Names',
      'member',
      '1',
      '2',
      '00',
      'Tags',
      'Key',
      'Actions',
      'ForwardConfig',
      '__proto__',
      'constructor',
      '',
    ),
    fc.string({ maxLength: 4 }),
  )
  const name = fc.array(step, { maxLength: 6 }).map(steps => steps.join('.'))
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string({ maxLength: 8 })), { maxLength: 30 }), parameters => {
      for (const operation of elbv2.operations.values()) {
        const { input } = decodeQuery(operation.input, parameters, false)
        for (const key of Object.keys(input)) assert.ok(operation.input?.byName.has(key))
      }
    }),
    { numRuns: 300 },
  )
})
