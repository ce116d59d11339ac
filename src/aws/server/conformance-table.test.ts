import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { loadService } from '../protocols/load-service.ts'
import { type ServiceName, serviceDefinitions } from '../protocols/service-definition.ts'
import { conformanceTable } from './conformance-table.ts'
import { servedServices } from './served-services.ts'

const file = 'docs/reference/aws-operations.md'

test(`${file} says what the registries have, and they have only what the SDK knows`, async () => {
  const known: Partial<Record<ServiceName, string[]>> = {}
  for (const name of Object.keys(serviceDefinitions) as ServiceName[]) {
    const model = await loadService(name)
    known[name] = [...model.operations.keys()].sort()
    for (const operation of Object.keys(servedServices[name]?.operations ?? {}))
      assert.ok(model.operations.has(operation), `${name} ${operation}`)
    for (const operation of Object.keys(servedServices[name]?.partial ?? {}))
      assert.ok(
        servedServices[name]?.operations[operation] !== undefined,
        `${name} ${operation} has a note and is not there`,
      )
  }
  const table = conformanceTable(servedServices, known as Record<ServiceName, string[]>)
  if (process.env['EVERPORT_REWRITE'] === '1') writeFileSync(file, table)
  assert.equal(
    readFileSync(file, 'utf8'),
    table,
    'rewrite it with EVERPORT_REWRITE=1 npm test -- conformance-table',
  )
})
