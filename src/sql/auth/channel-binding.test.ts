import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { testCertificate } from '../../testing/certificate.ts'
import { certificateBytes, endPointBinding } from './channel-binding.ts'

test('a certificate is bound by the hash of its signature', () => {
  const der = certificateBytes(testCertificate.cert)
  assert.ok(der)
  assert.deepEqual(endPointBinding(der), createHash('sha256').update(der).digest())
  // The same certificate, had it been signed with ecdsa-with-SHA384.
  const other = Buffer.from(der.toString('hex').replaceAll('2a8648ce3d040302', '2a8648ce3d040303'), 'hex')
  assert.deepEqual(endPointBinding(other), createHash('sha384').update(other).digest())
  const unknown = Buffer.from(der.toString('hex').replaceAll('2a8648ce3d040302', '2a8648ce3d0403ff'), 'hex')
  assert.equal(endPointBinding(unknown), undefined)
})

test('what is no certificate has no binding', () => {
  const der = certificateBytes(testCertificate.cert) ?? Buffer.alloc(0)
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), bytes => endPointBinding(bytes) === undefined))
  for (let length = 0; length < der.length; length++) endPointBinding(der.subarray(0, length))
  assert.equal(certificateBytes('nothing'), undefined)
})
