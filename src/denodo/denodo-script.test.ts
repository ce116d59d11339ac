import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { denodoScript } from './denodo-script.ts'
import { editProperties } from './edit-properties.ts'
import {
  configurationFile,
  type DenodoSettings,
  denodoProperties,
  keyStorePasswordKey,
} from './server-settings.ts'

const server = 'com.denodo.vdb.vdbinterface.server.VDBManagerImpl'
const original = [
  '# Configuration of the server',
  `${server}.registryURL=localhost`,
  `  ${server}.registryPort = 9999`,
  `${server}.factoryPort:\\`,
  '   9997',
  `${server}.odbcPort=9996`,
  `#${server}.odbcPort=1`,
  `${server}.odbcPortMax=9`,
  'com.denodo.tomcat.http.port=9090',
  'java.env.DENODO_OPTS_START=-Xmx4g\\',
  `  -D${server}.odbcPort=5`,
  'last=1',
].join('\n')

const settings: DenodoSettings = {
  advertisedHost: 'active-0123.elb.us-east-1.amazonaws.com',
  runtime: 9999,
  auxiliary: 19_997,
  odbc: 9996,
  web: 9090,
}

test('the script edits the file as we do, keeps the old one, regenerates and restarts; a second run does nothing', t => {
  const home = installation(t, original)
  const first = run(home, settings)
  assert.equal(first.status, 0, first.stderr)
  assert.equal(read(home), editProperties(original, denodoProperties(settings)) + '\n')
  assert.deepEqual(actions(home), ['regenerateFiles', 'vqlserver_shutdown safe', 'vqlserver_startup'])
  const backups = (): string[] =>
    readdirSync(join(home, 'conf/vdp')).filter(name => name.includes('before-everport'))
  assert.equal(backups().length, 1)
  assert.equal(readFileSync(join(home, 'conf/vdp', backups()[0] ?? ''), 'utf8'), original)

  const second = run(home, settings)
  assert.match(second.stdout, /as wanted already/)
  assert.equal(actions(home).length, 3)
  assert.equal(backups().length, 1)
})

test('a password is read on the server and escaped; it does not stand in the script', t => {
  const home = installation(t, original)
  const passwordFile = join(home, 'password')
  writeFileSync(passwordFile, 'a\\b=c d\n')
  const tls = { keyStore: '/etc/keys/server.jks', keyStorePasswordFile: passwordFile }
  assert.doesNotMatch(denodoScript(home, { ...settings, tls }), /b=c/)
  assert.equal(run(home, { ...settings, tls }).status, 0)
  assert.match(read(home), new RegExp(`^${keyStorePasswordKey.replaceAll('.', '\\.')}=a\\\\\\\\b=c d$`, 'm'))
})

test('a file that is not the server’s is refused and stays', t => {
  const home = installation(t, 'something=else\n')
  const { status, stderr } = run(home, settings)
  assert.equal(status, 1)
  assert.match(
    stderr,
    /has no com\.denodo\..*registryURL: not the file that was expected, nothing is changed/,
  )
  assert.equal(read(home), 'something=else\n')
  assert.deepEqual(actions(home), [])
})

function installation(t: TestContext, text: string): string {
  const home = mkdtempSync(join(tmpdir(), 'everport denodo-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const file = join(home, configurationFile)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  mkdirSync(join(home, 'bin'))
  for (const name of ['regenerateFiles', 'vqlserver_shutdown', 'vqlserver_startup']) {
    const script = join(home, 'bin', `${name}.sh`)
    writeFileSync(script, `#!/bin/sh\necho "${name}\${1:+ $1}" >>"${home}/actions"\n`)
    chmodSync(script, 0o755)
  }
  return home
}

function run(home: string, wanted: DenodoSettings) {
  return spawnSync('bash', ['-c', denodoScript(home, wanted)], { encoding: 'utf8' })
}

function read(home: string): string {
  return readFileSync(join(home, configurationFile), 'utf8')
}

function actions(home: string): string[] {
  const file = join(home, 'actions')
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
}
