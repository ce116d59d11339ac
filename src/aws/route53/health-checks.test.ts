import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HealthReport, healthReportKey, healthStatusKey } from '../../resources/health-checks.ts'
import { operationContext } from '../../testing/operation-context.ts'
import { changeTagsForResource } from './change-tags-for-resource.ts'
import { createHealthCheck } from './create-health-check.ts'
import { deleteHealthCheck } from './delete-health-check.ts'
import { getHealthCheck } from './get-health-check.ts'
import { getHealthCheckLastFailureReason } from './get-health-check-last-failure-reason.ts'
import { getHealthCheckStatus } from './get-health-check-status.ts'
import { updateHealthCheck } from './update-health-check.ts'

const tcp = { Type: 'TCP' as const, IPAddress: '127.0.1.11', Port: 9999 }

test('a health check shows what AWS fills in; its reference makes a retry harmless', async () => {
  const context = operationContext()
  const input = { CallerReference: 'one', HealthCheckConfig: tcp }
  const { HealthCheck, Location } = await createHealthCheck(input, context)
  assert.match(HealthCheck?.Id ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(Location, `https://route53.amazonaws.com/2013-04-01/healthcheck/${HealthCheck?.Id}`)
  assert.deepEqual(HealthCheck?.HealthCheckConfig, {
    ...tcp,
    RequestInterval: 30,
    FailureThreshold: 3,
    MeasureLatency: false,
    Inverted: false,
    Disabled: false,
  })
  const again = await createHealthCheck(input, context)
  assert.equal(again.HealthCheck?.Id, HealthCheck?.Id)
  await assert.rejects(createHealthCheck({ ...input, HealthCheckConfig: { ...tcp, Port: 1 } }, context), {
    code: 'HealthCheckAlreadyExists',
  })
  await deleteHealthCheck({ HealthCheckId: HealthCheck?.Id ?? '' }, context)
  await assert.rejects(getHealthCheck({ HealthCheckId: HealthCheck?.Id ?? '' }, context), {
    code: 'NoSuchHealthCheck',
    message: `A health check with id ${HealthCheck?.Id} does not exist.`,
  })
})

test('an update keeps what it does not name, counts versions, and refuses what may not change', async () => {
  const context = operationContext()
  const config = {
    Type: 'HTTP' as const,
    IPAddress: '127.0.1.11',
    ResourcePath: 'health',
    FullyQualifiedDomainName: 'a.test',
  }
  const { HealthCheck } = await createHealthCheck(
    { CallerReference: 'one', HealthCheckConfig: config },
    context,
  )
  assert.equal(HealthCheck?.HealthCheckConfig?.ResourcePath, '/health')
  const HealthCheckId = HealthCheck?.Id ?? ''
  const updated = await updateHealthCheck(
    {
      HealthCheckId,
      HealthCheckVersion: 1,
      FailureThreshold: 1,
      ResetElements: ['FullyQualifiedDomainName'],
    },
    context,
  )
  assert.equal(updated.HealthCheck?.HealthCheckVersion, 2)
  const { FailureThreshold, ResourcePath, FullyQualifiedDomainName, Port } =
    updated.HealthCheck?.HealthCheckConfig ?? {}
  assert.deepEqual(
    [FailureThreshold, ResourcePath, FullyQualifiedDomainName, Port],
    [1, '/health', undefined, 80],
  )
  const { revision } = context.store.read()
  await assert.rejects(updateHealthCheck({ HealthCheckId, HealthCheckVersion: 1, Port: 81 }, context), {
    code: 'HealthCheckVersionMismatch',
  })
  await assert.rejects(updateHealthCheck({ HealthCheckId, HealthThreshold: 1 }, context), {
    code: 'InvalidInput',
  })
  await assert.rejects(updateHealthCheck({ HealthCheckId, IPAddress: 'nobody' }, context), {
    code: 'InvalidInput',
  })
  assert.equal(context.store.read().revision, revision)
})

test('tags that refine a check are checked as its configuration is', async () => {
  const context = operationContext()
  const { HealthCheck } = await createHealthCheck({ CallerReference: 'one', HealthCheckConfig: tcp }, context)
  const tagged = { ResourceType: 'healthcheck' as const, ResourceId: HealthCheck?.Id ?? '' }
  await changeTagsForResource(
    { ...tagged, AddTags: [{ Key: 'everport.interval_milliseconds', Value: '500' }] },
    context,
  )
  await assert.rejects(
    changeTagsForResource(
      { ...tagged, AddTags: [{ Key: 'everport.interval_milliseconds', Value: '1' }] },
      context,
    ),
    { code: 'InvalidInput', message: /100 to 300000/ },
  )
  await assert.rejects(
    changeTagsForResource({ ...tagged, AddTags: [{ Key: 'everport.intervall', Value: '1' }] }, context),
    {
      message: /There is no tag everport.intervall/,
    },
  )
})

test('a check by SQL names a file of the one folder with passwords, and no other', async () => {
  const context = operationContext({ passwordFolder: '/srv/secrets' })
  const { HealthCheck } = await createHealthCheck({ CallerReference: 'one', HealthCheckConfig: tcp }, context)
  const ResourceId = HealthCheck?.Id ?? ''
  const tag = (file: string) => {
    const tags = {
      'everport.probe': 'sql',
      'everport.sql.user': 'checker',
      'everport.sql.password_file': file,
    }
    const AddTags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
    return changeTagsForResource({ ResourceType: 'healthcheck', ResourceId, AddTags }, context)
  }
  const { revision } = context.store.read()
  for (const file of ['/etc/shadow', '/srv/secrets/../key', '/srv/secretsx/checker', '/srv/secrets'])
    await assert.rejects(tag(file), {
      code: 'InvalidInput',
      message: /must be in \/srv\/secrets, the one folder/,
    })
  assert.equal(context.store.read().revision, revision)
  await tag('/srv/secrets/checker')
  assert.ok(context.store.read().revision > revision)
})

test('what the living vantage points last saw', async () => {
  const context = operationContext({
    dataPlanes: {
      isAlive: key => key === healthStatusKey('dns-1'),
      haveApplied: () => true,
      whenApplied: () => Promise.resolve(),
    },
  })
  const { HealthCheck } = await createHealthCheck({ CallerReference: 'one', HealthCheckConfig: tcp }, context)
  const HealthCheckId = HealthCheck?.Id ?? ''
  const report: HealthReport = {
    address: '127.0.0.1',
    checks: {
      [HealthCheckId]: {
        last: { Status: 'Success: Connected.', CheckedTime: '2030-01-01T00:00:01.000Z' },
        lastFailure: { Status: 'Failure: Connection refused.', CheckedTime: '2030-01-01T00:00:00.000Z' },
      },
    },
  }
  await context.store.commit(
    [],
    ['dns-1', 'dns-2'].map(name => ({ key: healthReportKey(name), value: report })),
  )
  const { HealthCheckObservations } = await getHealthCheckStatus({ HealthCheckId }, context)
  assert.deepEqual(HealthCheckObservations, [
    {
      Region: 'us-east-1',
      IPAddress: '127.0.0.1',
      StatusReport: { Status: 'Success: Connected.', CheckedTime: new Date('2030-01-01T00:00:01.000Z') },
    },
  ])
  const failures = await getHealthCheckLastFailureReason({ HealthCheckId }, context)
  assert.equal(failures.HealthCheckObservations?.[0]?.StatusReport?.Status, 'Failure: Connection refused.')
  const parent = await createHealthCheck(
    {
      CallerReference: 'two',
      HealthCheckConfig: { Type: 'CALCULATED', HealthThreshold: 1, ChildHealthChecks: [HealthCheckId] },
    },
    context,
  )
  await assert.rejects(getHealthCheckStatus({ HealthCheckId: parent.HealthCheck?.Id ?? '' }, context), {
    code: 'InvalidInput',
  })
})
