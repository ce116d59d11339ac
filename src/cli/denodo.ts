import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { EverportError } from '../base/errors.ts'
import { editProperties, readProperties } from '../denodo/edit-properties.ts'
import {
  configurationFile,
  denodoProperties,
  expectedKeys,
  keyStorePasswordKey,
  regenerateScript,
  shutdownScript,
  startupScript,
} from '../denodo/server-settings.ts'

const denodoHelp = `everport denodo configure DENODO_HOME --advertised-host NAME --auxiliary PORT [options]

Sets, in ${configurationFile} of a Denodo 7 or 8 server on this machine, what it must know to stand behind a load balancer; keeps the file
otherwise as it is, with a backup beside it; runs ${regenerateScript} and restarts the server. Where all is as wanted it does nothing.

  --advertised-host NAME     the balancer's DNS name (the server's RMI host)
  --auxiliary PORT           this server's own auxiliary port
  --runtime PORT             9999 unless you say otherwise
  --odbc PORT                9996
  --web PORT                 9090
  --shutdown PORT            as it is
  --key-store FILE           with --key-store-password-file: TLS on all ports
  --key-store-password-file FILE
  --trust-store FILE
  --no-restart               leave the restart to you
  --dry-run                  show what would change, change nothing
`

/** `everport denodo configure DENODO_HOME …` */
export async function denodoCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'advertised-host': { type: 'string' },
      auxiliary: { type: 'string' },
      runtime: { type: 'string', default: '9999' },
      odbc: { type: 'string', default: '9996' },
      web: { type: 'string', default: '9090' },
      shutdown: { type: 'string' },
      'key-store': { type: 'string' },
      'key-store-password-file': { type: 'string' },
      'trust-store': { type: 'string' },
      'no-restart': { type: 'boolean' },
      'dry-run': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) {
    process.stdout.write(denodoHelp)
    return 0
  }
  const [verb, home, ...others] = positionals
  if (verb !== 'configure' || home === undefined || others.length > 0) {
    throw new EverportError(
      'invalid_input',
      'everport denodo knows one thing to do: configure, with the folder of the server',
      {
        hint: 'everport denodo configure /opt/denodo --advertised-host NAME --auxiliary PORT',
      },
    )
  }
  const keyStore = values['key-store']
  const keyStorePasswordFile = values['key-store-password-file']
  if ((keyStore === undefined) !== (keyStorePasswordFile === undefined)) {
    throw new EverportError('invalid_input', 'TLS needs both --key-store and --key-store-password-file')
  }
  const wanted = new Map(
    denodoProperties({
      advertisedHost: hostOf(values['advertised-host']),
      auxiliary: portOf('--auxiliary', values.auxiliary),
      runtime: portOf('--runtime', values.runtime),
      odbc: portOf('--odbc', values.odbc),
      web: portOf('--web', values.web),
      shutdown: values.shutdown === undefined ? undefined : portOf('--shutdown', values.shutdown),
      tls:
        keyStore === undefined || keyStorePasswordFile === undefined
          ? undefined
          : { keyStore, keyStorePasswordFile, trustStore: values['trust-store'] },
    }),
  )
  if (keyStorePasswordFile !== undefined)
    wanted.set(keyStorePasswordKey, readText(keyStorePasswordFile).replace(/\r?\n$/, ''))
  return configure(home, wanted, {
    isDryRun: values['dry-run'] === true,
    mayRestart: values['no-restart'] !== true,
  })
}

function configure(
  home: string,
  wanted: ReadonlyMap<string, string>,
  { isDryRun, mayRestart }: { isDryRun: boolean; mayRestart: boolean },
): number {
  const file = join(home, configurationFile)
  const before = readText(file)
  const present = readProperties(before)
  const missing = expectedKeys.filter(key => !present.has(key))
  if (missing.length > 0) {
    throw new EverportError(
      'invalid_input',
      `${file} is not the file that was expected: nothing is changed`,
      {
        detail: `it has no ${missing.join(', no ')}`,
        hint: 'name the folder where the server is installed (DENODO_HOME)',
      },
    )
  }
  const after = editProperties(before, wanted)
  if (after === before) {
    process.stdout.write(`${file}: as wanted already\n`)
    return 0
  }
  for (const [key, value] of wanted) {
    if (present.get(key) === value) continue
    const isSecret = key === keyStorePasswordKey
    process.stdout.write(isSecret ? `${key}: set\n` : `${key}: ${present.get(key) ?? 'not set'} → ${value}\n`)
  }
  if (isDryRun) return 0
  const backup = `${file}.before-everport-${new Date().toISOString().replace(/[-:T]/g, '').slice(0, 14)}`
  copyFileSync(file, backup)
  writeFileSync(file, after, 'latin1')
  process.stdout.write(`${file}: changed; the old one is ${backup}\n`)
  run(home, regenerateScript, [])
  if (!mayRestart) {
    process.stdout.write(`Restart the server for the change to take effect: ${join(home, startupScript)}\n`)
    return 0
  }
  if (existsSync(join(home, shutdownScript))) run(home, shutdownScript, ['safe'], true)
  run(home, startupScript, [])
  return 0
}

function run(home: string, script: string, args: readonly string[], mayFail = false): void {
  const path = join(home, script)
  const { status, error } = spawnSync(path, args, { stdio: 'inherit' })
  if (status === 0 || mayFail) return
  throw new EverportError(
    'file_error',
    `${path} failed${error === undefined ? ` with code ${status}` : `: ${error.message}`}`,
    {
      hint: 'the configuration file is written: mend that, and run the script by hand',
    },
  )
}

function hostOf(text: string | undefined): string {
  if (text !== undefined && /^[A-Za-z0-9.:-]+$/.test(text)) return text
  throw new EverportError(
    'invalid_input',
    `--advertised-host ${text ?? 'is missing'}; expected: the balancer’s DNS name`,
    {
      hint: 'everport status, or: aws elbv2 describe-load-balancers',
    },
  )
}

function portOf(option: string, text: string | undefined): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port
  throw new EverportError(
    'invalid_input',
    `${option} ${text ?? 'is missing'}; expected: a port from 1 to 65535`,
  )
}

function readText(file: string): string {
  try {
    // Latin-1 keeps every byte as it is; that is also how Java reads these files.
    return readFileSync(file, 'latin1')
  } catch (error) {
    throw new EverportError(
      'file_error',
      `${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`,
      {
        hint: 'name the folder where the server is installed (DENODO_HOME)',
      },
    )
  }
}
