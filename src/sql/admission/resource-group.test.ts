import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type AdmissionSettings, defaultAdmission } from '../../resources/admission-settings.ts'
import { isLike, type QueryFacts, resourceGroup } from './resource-group.ts'

const any = { role: undefined, application: undefined, address: undefined, hours: undefined }
const settings: AdmissionSettings = {
  ...defaultAdmission,
  rules: [
    { ...any, group: 'night', hours: [22, 6] },
    { ...any, group: 'bi', application: 'Meta*base*', address: '10.0.0.0/8' },
    { ...any, group: 'analysts', role: 'analyst*' },
  ],
}
const facts = { role: 'app', memberOf: [], applicationName: 'psql', clientAddress: '127.0.0.1', hour: 12 }

test('the first rule that fits decides, by all that it names', () => {
  const groupOf = (more: Partial<QueryFacts>): string => resourceGroup(settings, { ...facts, ...more })
  assert.equal(groupOf({}), 'default')
  assert.equal(groupOf({ hour: 22 }), 'night')
  assert.equal(groupOf({ hour: 5, role: 'analyst' }), 'night')
  assert.equal(groupOf({ hour: 6 }), 'default')
  assert.equal(groupOf({ applicationName: 'Metabase v1', clientAddress: '10.9.9.9' }), 'bi')
  assert.equal(groupOf({ applicationName: 'Metabase v1', clientAddress: '11.0.0.1' }), 'default')
  assert.equal(groupOf({ memberOf: ['x', 'analyst_eu'] }), 'analysts')
})

test('property: * stands for any characters', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string().filter(part => !part.includes('*')),
        { minLength: 1, maxLength: 4 },
      ),
      fc.string(),
      (parts, filler) => {
        assert.ok(isLike(parts.join(filler), parts.join('*')))
      },
    ),
  )
  assert.ok(!isLike('ab', 'a*b*b'))
  assert.ok(!isLike('a', 'a*a'))
  assert.ok(isLike('', '*') && !isLike('x', ''))
})
