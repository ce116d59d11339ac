import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { awsWorld } from '../../testing/aws-world.ts'

test('whoever has a key is told its account and user, whatever the key may do', async () => {
  const { clientSettings } = awsWorld()
  for (const policy of ['read-only', 'operator', 'admin'] as const) {
    const settings = await clientSettings(policy)
    const { accessKeyId } = settings.credentials
    const { $metadata: _, ...told } = await new STSClient(settings).send(new GetCallerIdentityCommand({}))
    assert.deepEqual(told, {
      Account: '123456789012',
      Arn: `arn:aws:iam::123456789012:user/${accessKeyId}`,
      UserId: accessKeyId.replace('AKIA', 'AIDA'),
    })
  }
})

test('it may be signed for us-east-1, as by the endpoint for all regions; a wrong secret and another region are refused', async () => {
  const { clientSettings } = awsWorld({ region: 'eu-central-1' })
  const settings = await clientSettings()
  const ask = (changed: object): Promise<string> =>
    new STSClient({ ...settings, ...changed }).send(new GetCallerIdentityCommand({})).then(
      ({ Account = 'none' }) => Account,
      (error: Error) => error.name,
    )
  assert.equal(await ask({ region: 'us-east-1' }), '123456789012')
  assert.equal(await ask({ region: 'us-west-2' }), 'SignatureDoesNotMatch')
  const credentials = { ...settings.credentials, secretAccessKey: 'guessed' }
  assert.equal(await ask({ credentials }), 'SignatureDoesNotMatch')
})

test('nobody becomes another here: roles are no action', async () => {
  const { clientSettings } = awsWorld()
  const assume = new AssumeRoleCommand({
    RoleArn: 'arn:aws:iam::123456789012:role/admin',
    RoleSessionName: 'me',
  })
  await assert.rejects(new STSClient(await clientSettings()).send(assume), { name: 'InvalidAction' })
})
