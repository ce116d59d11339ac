import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { EverportError } from '../base/errors.ts'
import { openApi } from './aws-api.ts'

async function told(options: Parameters<typeof openApi>[1]): Promise<EverportError> {
  const api = openApi('us-east-1', options)
  try {
    await api.call('ec2', 'DescribeVpcs', {})
  } catch (error) {
    assert.ok(error instanceof EverportError, String(error))
    return error
  } finally {
    api.close()
  }
  return assert.fail('the call was answered')
}

test('an endpoint that is another server is told so', async t => {
  const server = createServer((_, response) => response.end('{"error":"no such path"}')).listen(
    0,
    '127.0.0.1',
  )
  t.after(() => server.close())
  await new Promise(resolve => server.once('listening', resolve))
  process.env['AWS_ACCESS_KEY_ID'] = 'anybody'
  process.env['AWS_SECRET_ACCESS_KEY'] = 'nothing'
  t.after(() => {
    delete process.env['AWS_ACCESS_KEY_ID']
    delete process.env['AWS_SECRET_ACCESS_KEY']
  })
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const error = await told({ endpoint })
  assert.equal(error.message, `${endpoint} does not answer as the AWS APIs do`)
  assert.match(error.hint ?? '', /--endpoint is the address of an Everport's control/)
})

test('a profile that is not there, and no credentials at all', async t => {
  const before = { ...process.env }
  t.after(() => Object.assign(process.env, before))
  process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/dev/null'
  process.env['AWS_CONFIG_FILE'] = '/dev/null'
  process.env['AWS_EC2_METADATA_DISABLED'] = 'true'
  const profile = await told({ endpoint: 'http://127.0.0.1:1', profile: 'nosuch' })
  assert.match(profile.hint ?? '', /the profile nosuch is in your AWS configuration/)
  const none = await told({ endpoint: 'http://127.0.0.1:1' })
  assert.match(none.hint ?? '', /AWS_SHARED_CREDENTIALS_FILE=\.everport\/aws-credentials$/)
})
