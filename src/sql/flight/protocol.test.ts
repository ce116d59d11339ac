import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { flightService } from './protocol.ts'

const file = 'src/sql/flight/protocol/flight-protocol.json'

test('what is loaded is what the published .proto files say', () => {
  const before = readFileSync(file, 'utf8')
  const made = execFileSync(process.execPath, ['scripts/generate-flight-protocol.mjs', '--print'], {
    encoding: 'utf8',
  })
  assert.equal(before, made, 'write it anew with: node scripts/generate-flight-protocol.mjs')
})

test('every method of FlightService is there', () => {
  assert.deepEqual(Object.keys(flightService).sort(), [
    'DoAction',
    'DoExchange',
    'DoGet',
    'DoPut',
    'GetFlightInfo',
    'GetSchema',
    'Handshake',
    'ListActions',
    'ListFlights',
    'PollFlightInfo',
  ])
})
