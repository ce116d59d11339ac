import assert from 'node:assert/strict'
import { pbkdf2 } from 'node:crypto'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { EverportError } from '../../base/errors.ts'
import {
  type DeriveKey,
  isServerProved,
  proveScram,
  rememberingKeys,
  startScramClient,
} from './scram-client.ts'
import { mockVerifier } from './scram-mock.ts'
import {
  beginScram,
  finishScram,
  type ScramExchange,
  scramMechanism,
  scramMechanisms,
  scramPlusMechanism,
} from './scram-server.ts'
import { createVerifier, keyBytes, parseVerifier, type ScramVerifier } from './scram-verifier.ts'

const pbkdf2Async = promisify(pbkdf2)
const deriveKey: DeriveKey = (password, salt, iterations) =>
  pbkdf2Async(password, salt, iterations, keyBytes, 'sha256')

// RFC 7677, section 3.
const rfc = {
  password: 'pencil',
  salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
  serverNonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  clientFinal:
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
}

function verifierOf(password: string, salt: Uint8Array = rfc.salt, iterations = 4096): ScramVerifier {
  const verifier = parseVerifier(createVerifier(password, salt, iterations))
  assert.ok(verifier)
  return verifier
}

const begin = (text: string, verifier = verifierOf(rfc.password)): ScramExchange =>
  beginScram(Buffer.from(text), { mechanism: scramMechanism, verifier, serverNonce: rfc.serverNonce })

test('the server answers the exchange of RFC 7677', () => {
  const exchange = begin(rfc.clientFirst)
  assert.equal(exchange.serverFirst, rfc.serverFirst)
  assert.equal(finishScram(Buffer.from(rfc.clientFinal), exchange), rfc.serverFinal)
})

test('the client makes the proof of RFC 7677', async () => {
  const client = startScramClient('rOprNGfwEbeRWgbNEkqO')
  const named = { ...client, clientFirstBare: rfc.clientFirst.slice(3) }
  const proof = await proveScram(named, rfc.serverFirst, rfc.password, deriveKey)
  assert.equal(proof.clientFinal, rfc.clientFinal)
  assert.ok(isServerProved(proof, rfc.serverFinal))
  assert.ok(!isServerProved(proof, rfc.serverFinal.replace('6', '7')))
  assert.ok(!isServerProved(proof, ''))
})

async function logIn(
  verifier: ScramVerifier,
  password: string,
  seen?: Uint8Array,
  binding?: Uint8Array,
): Promise<boolean> {
  const client = startScramClient('clientnonce', seen)
  const mechanism = seen === undefined ? scramMechanism : scramPlusMechanism
  const start = { mechanism, verifier, serverNonce: 'servernonce', binding }
  const exchange = beginScram(Buffer.from(client.clientFirst), start)
  const proof = await proveScram(client, exchange.serverFirst, password, deriveKey)
  const serverFinal = finishScram(Buffer.from(proof.clientFinal), exchange)
  return serverFinal !== undefined && isServerProved(proof, serverFinal)
}

test('our client logs in to our server, with the right password only', async () => {
  const verifier = verifierOf('sécret Ⅸ', Buffer.from('0123456789abcdef'), 10)
  assert.equal(await logIn(verifier, 'sécret Ⅸ'), true)
  assert.equal(await logIn(verifier, 'sécret IX'), true, 'SASLprep makes both the same')
  assert.equal(await logIn(verifier, 'secret IX'), false)
})

test('an unknown user gets the same salt every time, its own, and never in', async () => {
  const secret = Buffer.from('server secret')
  const once = mockVerifier('nobody', secret)
  assert.deepEqual(mockVerifier('nobody', secret), once)
  assert.notDeepEqual(mockVerifier('other', secret).salt, once.salt)
  assert.equal(once.salt.length, 16)
  assert.equal(await logIn(once, 'anything'), false)
})

test('verifiers in PostgreSQL form are read; anything else is not', () => {
  const text = createVerifier('x', Buffer.from('salt'), 10)
  assert.match(text, /^SCRAM-SHA-256\$10:c2FsdA==\$[\w+/]{43}=:[\w+/]{43}=$/)
  for (const wrong of [
    '',
    'md5abc',
    text.slice(0, -4),
    text.replace('10:', '0:'),
    `${text}x$`,
    text.replace('256', '1'),
  ]) {
    assert.equal(parseVerifier(wrong), undefined, wrong)
  }
})

test('malformed first messages are refused', () => {
  const wrong = [
    '',
    'n,,',
    'x,,n=,r=a',
    'n,,n=,r=',
    'p=tls-unique,,n=,r=a',
    'n,a=root,n=,r=a',
    'n,,m=x,n=,r=a',
    'n,,n=,r=a\0',
  ]
  for (const text of wrong) assert.throws(() => begin(text), EverportError, JSON.stringify(text))
})

test('malformed or foreign final messages are refused', () => {
  const exchange = begin(rfc.clientFirst)
  const wrong = [
    '',
    rfc.clientFinal.replace('biws', 'eSws'),
    rfc.clientFinal.replace('r=rO', 'r=xO'),
    rfc.clientFinal.replace(/,p=.*/, ''),
    rfc.clientFinal.replace(/,p=.*/, ',p=AAAA'),
  ]
  for (const text of wrong) assert.throws(() => finishScram(Buffer.from(text), exchange), EverportError, text)
  const other = rfc.clientFinal.replace('p=d', 'p=e')
  assert.equal(finishScram(Buffer.from(other), exchange), undefined)
})

test('the client refuses a server that does not continue its nonce or asks for too much work', async () => {
  const client = startScramClient('abc')
  for (const text of [
    '',
    'r=abd1,s=c2FsdA==,i=10',
    'r=abc,s=c2FsdA==,i=10',
    'r=abcd,s=c2FsdA==,i=0',
    'r=abcd,s=c2FsdA==,i=99999999',
  ]) {
    await assert.rejects(proveScram(client, text, 'x', deriveKey), EverportError, text)
  }
})

test('derived keys are remembered, a bounded number of them', async () => {
  let derived = 0
  const counting: DeriveKey = (password, salt) => {
    derived++
    return Promise.resolve(Buffer.concat([password, salt]))
  }
  const remembering = rememberingKeys(counting, 2)
  const derive = (password: string): Promise<Uint8Array> =>
    remembering(Buffer.from(password), Buffer.from('s'), 1)
  await Promise.all([derive('a'), derive('a')])
  assert.equal(derived, 1)
  for (const password of ['b', 'c', 'b', 'a']) await derive(password)
  assert.equal(derived, 4)
})

test('with channel binding a login counts in its own TLS session only', async () => {
  const verifier = verifierOf('secret', Buffer.from('salt'), 10)
  const [ours, theirs] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  assert.deepEqual(scramMechanisms(ours), [scramPlusMechanism, scramMechanism])
  assert.equal(await logIn(verifier, 'secret', ours, ours), true)
  assert.equal(await logIn(verifier, 'wrong', ours, ours), false)
  await assert.rejects(logIn(verifier, 'secret', theirs, ours), /channel binding check failed/)
  await assert.rejects(logIn(verifier, 'secret', ours, undefined), /invalid SASL/, 'it was not offered')
  assert.equal(await logIn(verifier, 'secret', undefined, ours), true, 'nobody has to bind')
})

test('a client that was told that there is no channel binding is warned', () => {
  const binding = Buffer.alloc(32, 1)
  const start = (text: string, mechanism: string): ScramExchange =>
    beginScram(Buffer.from(text), { mechanism, verifier: verifierOf('x'), serverNonce: 'n', binding })
  assert.throws(() => start('y,,n=,r=a', scramMechanism), /negotiation error/)
  assert.throws(() => start('n,,n=,r=a', scramPlusMechanism), /malformed/)
  assert.throws(() => start('p=tls-unique,,n=,r=a', scramPlusMechanism), /unsupported SCRAM channel-binding/)
  assert.throws(() => start('p=tls-server-end-point,,n=,r=a', scramMechanism), /malformed/)
  assert.ok(start('n,,n=,r=a', scramMechanism).serverFirst)
})
