import { parseArgs } from 'node:util'
import { EverportError } from '../base/errors.ts'
import { systemClock } from '../io/clock.ts'
import { jsonLog } from '../io/log.ts'
import { systemNetwork } from '../io/network.ts'
import { systemRandom } from '../io/random.ts'
import { startEphemeral } from '../roles/ephemeral.ts'
import { accountId as defaultAccountId } from '../topology/resource-ids.ts'

const help = `everport control --ephemeral [--port N] [--region NAME] [--account ID] [--allow-any-credentials]

The AWS APIs on 127.0.0.1 with their state in memory and nothing behind them, for tests of tools that call them: instances run and pass
their health checks as soon as they are asked for. POST /_everport/reset brings back a fresh account. Ctrl-C ends it.

  --port N                  where it listens (8400; 0: any that is free)
  --region NAME             the one region that it is (us-east-1)
  --account ID              twelve digits (${defaultAccountId})
  --allow-any-credentials   takes unsigned requests, and those that are signed with keys it does not know
`

/** `everport control --ephemeral` */
export async function ephemeralCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      ephemeral: { type: 'boolean' },
      port: { type: 'string', default: '8400' },
      region: { type: 'string', default: 'us-east-1' },
      account: { type: 'string', default: defaultAccountId },
      'allow-any-credentials': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) {
    process.stdout.write(help)
    return 0
  }
  const { port, region, account } = values
  expect(/^\d{1,5}$/.test(port) && Number(port) <= 65_535, '--port', 'a port number', port)
  expect(/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region), '--region', 'a region such as us-east-1', region)
  expect(/^\d{12}$/.test(account), '--account', 'twelve digits', account)
  const ended = new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
  const running = await startEphemeral({
    at: { address: '127.0.0.1', port: Number(port) },
    accountId: account,
    region,
    allowsAnyCredentials: values['allow-any-credentials'],
    clock: systemClock,
    random: systemRandom(),
    network: systemNetwork,
    log: jsonLog('control'),
  })
  const { at, key } = running
  process.stdout.write(
    [
      `AWS APIs at http://${at.address}:${at.port}, state in memory.`,
      '',
      `  export AWS_ENDPOINT_URL=http://${at.address}:${at.port} AWS_DEFAULT_REGION=${region}`,
      `  export AWS_ACCESS_KEY_ID=${key.accessKeyId} AWS_SECRET_ACCESS_KEY=${key.secret}`,
      '',
    ].join('\n'),
  )
  await ended
  await running.stop()
  process.exit(0)
}

function expect(holds: boolean, option: string, what: string, found: string): void {
  if (!holds) throw new EverportError('invalid_input', `${option}: expected ${what}, found '${found}'`)
}
