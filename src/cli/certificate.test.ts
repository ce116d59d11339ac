import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { EverportError } from '../base/errors.ts'
import { systemClock } from '../io/clock.ts'
import { issueCertificate } from '../io/issue-certificate.ts'
import { readSealKey } from '../io/seal-key.ts'
import { type CertificateDocument, certificateKey } from '../resources/certificates.ts'
import { type ListenerDocument, listenerKey } from '../resources/load-balancing.ts'
import { openSecret } from '../resources/sealed-secret.ts'
import { openJournalStore } from '../store/journal-store.ts'
import type { Store } from '../store/store.ts'
import { testCertificate } from '../testing/certificate.ts'
import { certificateCommand } from './certificate.ts'
import { createStateFolder, type StateFolder } from './state-folder.ts'

interface Bench {
  readonly state: StateFolder
  readonly certificate: string
  readonly key: string
  file(name: string, text: string): string
  run(...args: string[]): Promise<string>
  withStore<T>(work: (store: Store) => T | Promise<T>): Promise<T>
}

function bench(t: TestContext): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'everport-certificate-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const state = createStateFolder(join(folder, 'state'))
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  return {
    state,
    file,
    certificate: file('site.crt', testCertificate.cert),
    key: file('site.key', testCertificate.key),
    async run(...args) {
      let out = ''
      const print = { out: (text: string) => void (out += text), err: () => undefined }
      assert.equal(await certificateCommand([...args, '--state', state.path], print), 0)
      return out
    },
    async withStore(work) {
      const store = await openJournalStore(state.storeDir, { clock: systemClock })
      try {
        return await work(store)
      } finally {
        await store.close()
      }
    },
  }
}

const refusedWith = (code: EverportError['code'], message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof EverportError)
  assert.equal(error.code, code)
  assert.match(error.message, message)
  return true
}

function expired(): { readonly certificate: string; readonly key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificate = issueCertificate(
    {
      commonName: 'old.test',
      names: ['old.test'],
      publicKey,
      notBefore: new Date('2001-01-01'),
      notAfter: new Date('2002-01-01'),
      serialNumber: Uint8Array.from({ length: 16 }, (_, i) => i + 1),
    },
    { commonName: 'old.test', privateKey },
  )
  return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

test('a certificate is imported, listed, put in its own place again, and deleted; its key is in the store sealed', async t => {
  const { run, withStore, certificate, key, state } = bench(t)
  assert.match(await run(), /no certificates/)
  const arn = (await run('import', '--certificate', certificate, '--key', key)).trim()
  assert.match(arn, /^arn:aws:acm:us-east-1:123456789012:certificate\/[0-9a-f-]{36}$/)
  assert.equal(await run('list'), `${arn}  until 2126-10-30  checked.example\n`)
  const stored = await withStore(store => store.read().get<CertificateDocument>(certificateKey(arn))?.value)
  assert.ok(!JSON.stringify(stored).includes('PRIVATE'))
  const opened = openSecret(
    readSealKey(state.path) ?? Buffer.alloc(32),
    certificateKey(arn),
    stored?.SealedPrivateKey ?? '',
  )
  assert.equal(Buffer.from(opened ?? []).toString(), testCertificate.key)
  assert.equal(
    await run('import', '--certificate', certificate, '--key', key, '--chain', certificate, '--arn', arn),
    `${arn}\n`,
  )
  assert.equal((await run()).split('\n').length, 2)
  assert.equal(await run('delete', arn), `${arn}: deleted\n`)
  assert.match(await run(), /no certificates/)
})

test('one that a listener shows is not deleted', async t => {
  const { run, withStore, certificate, key } = bench(t)
  const own = (await run('import', '--certificate', certificate, '--key', key)).trim()
  const additional = (await run('import', '--certificate', certificate, '--key', key)).trim()
  const value: ListenerDocument = {
    Listener: {
      ListenerArn: 'arn:listener',
      LoadBalancerArn: 'arn:lb',
      Port: 443,
      Protocol: 'TLS',
      Certificates: [{ CertificateArn: own }],
      DefaultActions: [{ Type: 'forward', TargetGroupArn: 'arn:group' }],
    },
    Attributes: {},
    AdditionalCertificates: [additional],
  }
  await withStore(store => store.commit([], [{ key: listenerKey('lb', 443), value }]))
  for (const arn of [own, additional])
    await assert.rejects(
      run('delete', arn),
      refusedWith('object_in_use', /is shown by listener arn:listener/),
    )
  assert.equal((await run()).split('\n').length, 3)
})

test('what is not whole is refused with its place, and nothing is kept', async t => {
  const { run, file, certificate, key } = bench(t)
  const otherKey = file('other.key', expired().key)
  const words = file('words', 'no PEM')
  const oldPair = expired()
  const oldCertificate = file('old.crt', oldPair.certificate)
  const refused: [string[], EverportError['code'], RegExp][] = [
    [['import', '--certificate', certificate], 'invalid_input', /needs --certificate FILE and --key FILE/],
    [
      ['import', '--certificate', certificate, '--key', otherKey],
      'file_error',
      /other\.key is not the key of/,
    ],
    [['import', '--certificate', words, '--key', key], 'file_error', /words is not what was expected/],
    [
      ['import', '--certificate', certificate, '--key', key, '--chain', words],
      'file_error',
      /words is not what was expected/,
    ],
    [['import', '--certificate', `${certificate}.gone`, '--key', key], 'file_error', /cannot read .*\.gone/],
    [
      ['import', '--certificate', oldCertificate, '--key', file('old.key', oldPair.key)],
      'invalid_input',
      /old\.crt is valid from .*2001.* to .*2002.*, which is not now/,
    ],
    [
      ['import', '--certificate', certificate, '--key', key, '--arn', 'arn:none'],
      'not_found',
      /no certificate arn:none/,
    ],
    [['delete', 'arn:none'], 'not_found', /no certificate arn:none/],
    [['delete'], 'invalid_input', /cannot understand/],
    [['make'], 'invalid_input', /cannot understand/],
  ]
  for (const [args, code, message] of refused) await assert.rejects(run(...args), refusedWith(code, message))
  assert.match(await run(), /no certificates/)
})
