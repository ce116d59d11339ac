import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { judgeCookie, writeCookie } from './server-cookie.ts'
import { sipHashKey } from './siphash.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
const secret = sipHashKey(hex('e5e973e5a6b2a43f48e7dc849e37bfcf'))
const address = Uint8Array.of(198, 51, 100, 100)
const client = '2464c4abcf10c957'

function made(key: Uint32Array, clientCookie: string, from: Uint8Array, seconds: number): string {
  const out = Buffer.alloc(24)
  writeCookie(key, hex(clientCookie), from, seconds, out)
  return out.toString('hex')
}

test('RFC 9018 appendix A.1: a new client', () => {
  assert.equal(made(secret, client, address, 1_559_731_985), `${client}010000005cf79f111f8130c3eee29480`)
})

test('RFC 9018 appendix A.2: the same client learned, later, and gets the same back for half an hour', () => {
  const cookie = hex(`${client}010000005cf79f111f8130c3eee29480`)
  assert.equal(judgeCookie(secret, cookie, address, 1_559_731_985), 'good')
  assert.equal(judgeCookie(secret, cookie, address, 1_559_731_985 + 1_800), 'good')
  assert.equal(judgeCookie(secret, cookie, address, 1_559_731_985 + 1_801), 'stale')
  assert.equal(judgeCookie(secret, cookie, address, 1_559_731_985 + 3_600), 'stale')
  assert.equal(judgeCookie(secret, cookie, address, 1_559_731_985 + 3_601), 'bad')
  assert.equal(made(secret, client, address, 1_559_734_385), `${client}010000005cf7a871d4a564a1442aca77`)
  assert.equal(judgeCookie(secret, cookie, address, 1_559_731_985 - 300), 'good')
  assert.equal(judgeCookie(secret, cookie, address, 1_559_731_985 - 301), 'bad')
})

test('RFC 9018 appendix A.3: reserved bits that another server set are part of the hash', () => {
  const from = Uint8Array.of(203, 0, 113, 203)
  const other = 'fc93fc62807ddb86'
  const cookie = hex(`${other}01abcdef5cf78f71a314227b6679ebf5`)
  assert.equal(judgeCookie(secret, cookie, from, 0x5cf7_8f71), 'good')
  // When the appendix has it come, it is older than an hour.
  assert.equal(judgeCookie(secret, cookie, from, 1_559_734_700), 'bad')
  assert.equal(made(secret, other, from, 1_559_734_700), `${other}010000005cf7a9acf73a7810aca2381e`)
})

test('RFC 9018 appendix A.4: IPv6, and a secret that was rolled', () => {
  const from = hex('20010db80220000159ded0f4876982b8')
  const other = '22681ab97d52c298'
  const [before, after] = ['dd3bdf9344b678b185a6f5cb60fca715', '445536bcd2513298075a5d379663c962'] as const
  const cookie = hex(`${other}010000005cf7c57926556bd0934c72f8`)
  assert.equal(judgeCookie(sipHashKey(hex(before)), cookie, from, 1_559_741_817), 'good')
  assert.equal(judgeCookie(sipHashKey(hex(after)), cookie, from, 1_559_741_817), 'bad')
  assert.equal(
    made(sipHashKey(hex(after)), other, from, 1_559_741_961),
    `${other}010000005cf7c609a6bb79d16625507a`,
  )
})

test('a cookie with any bit changed, of another address or another length, is bad', () => {
  const cookie = hex(made(secret, client, address, 1_000))
  fc.assert(
    fc.property(fc.nat(cookie.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
      const changed = cookie.with(place, (cookie[place] as number) ^ change)
      assert.equal(judgeCookie(secret, changed, address, 1_000), 'bad')
    }),
  )
  assert.equal(judgeCookie(secret, cookie, Uint8Array.of(198, 51, 100, 101), 1_000), 'bad')
  assert.equal(judgeCookie(secret, cookie.subarray(0, 16), address, 1_000), 'bad')
  assert.equal(judgeCookie(secret, Uint8Array.of(...cookie, 0), address, 1_000), 'bad')
})

test('the count of seconds goes round', () => {
  const cookie = hex(made(secret, client, address, 0xffff_fff0))
  assert.equal(judgeCookie(secret, cookie, address, 0x1_0000_0010), 'good')
})
