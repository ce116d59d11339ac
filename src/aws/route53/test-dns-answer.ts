import type { TestDNSAnswerRequest, TestDNSAnswerResponse } from '@aws-sdk/client-route-53'
import { parseAddress } from '../../base/ip-address.ts'
import { readRecordName } from '../../dns/changes/record-name.ts'
import type { ClientSubnet, Source } from '../../dns/routing/source.ts'
import { isAtOrBelow, nameKey } from '../../dns/wire/name.ts'
import { explainAnswer } from '../../dns/zone/explain-answer.ts'
import type { Outcome } from '../../dns/zone/explanation.ts'
import { nameFromRoute53 } from '../../dns/zone/record-set.ts'
import type { Checked, Operation } from '../operation.ts'
import { nameServers, zoneOf } from './hosted-zone.ts'
import { refuse } from './refuse.ts'
import { zonesAsServed } from './zones-as-served.ts'

/** By the tree that the DNS servers answer from, at this moment. */
export const testDnsAnswer: Operation<TestDNSAnswerRequest, TestDNSAnswerResponse> = async (
  input,
  context,
) => {
  const { store, clock, wallMs, random, dataPlanes } = context
  const snapshot = store.read()
  const zone = zoneOf(snapshot, input.HostedZoneId).HostedZone
  const name = readRecordName(input.RecordName)
  if (typeof name === 'string') throw refuse('InvalidInput', name)
  if (!isAtOrBelow(name.key, nameKey(nameFromRoute53(zone.Name))))
    throw refuse('InvalidInput', `The record name ${name.text} is not in the hosted zone ${zone.Name}`)
  const zones = zonesAsServed(snapshot, {
    isAlive: dataPlanes.isAlive,
    clockMs: clock.now(),
    wallMs: wallMs(),
  })
  const { outcome, answers } = explainAnswer(
    zones,
    nameFromRoute53(name.text),
    input.RecordType,
    sourceOf(input),
    random.uint32(),
  )
  return {
    Nameserver: nameServers(snapshot)[0],
    RecordName: name.text,
    RecordType: input.RecordType,
    RecordData: answers.map(({ value }) => value),
    ResponseCode: responseCodes[outcome],
    Protocol: 'UDP',
  }
}

const responseCodes: Readonly<Record<Outcome, string>> = {
  answered: 'NOERROR',
  'no-data': 'NOERROR',
  referred: 'NOERROR',
  'no-such-name': 'NXDOMAIN',
  refused: 'REFUSED',
}

type Asked = Checked<TestDNSAnswerRequest>

/** AWS answers its own resolver when nobody is named; ours is whoever asks on this machine. */
const resolverDefault = '127.0.0.1'

function sourceOf({
  ResolverIP = resolverDefault,
  EDNS0ClientSubnetIP,
  EDNS0ClientSubnetMask,
}: Asked): Source {
  if (parseAddress(ResolverIP) === undefined)
    throw refuse('InvalidInput', `The resolver IP ${ResolverIP} is not an IP address`)
  if (EDNS0ClientSubnetIP !== undefined)
    return { address: ResolverIP, subnet: subnetOf(EDNS0ClientSubnetIP, EDNS0ClientSubnetMask) }
  if (EDNS0ClientSubnetMask !== undefined)
    throw refuse('InvalidInput', 'EDNS0ClientSubnetMask needs EDNS0ClientSubnetIP')
  return { address: ResolverIP }
}

/** AWS's defaults: 24 bits of an IPv4 address, 64 of an IPv6 one. Bits behind the mask say nothing. */
function subnetOf(ip: string, mask: string | undefined): ClientSubnet {
  const found = parseAddress(ip)
  if (found === undefined) throw refuse('InvalidInput', `The client subnet IP ${ip} is not an IP address`)
  const family = found.length === 4 ? 4 : 6
  const prefixBits = mask === undefined ? (family === 4 ? 24 : 64) : Number(mask)
  if (!Number.isInteger(prefixBits) || prefixBits < 0 || prefixBits > found.length * 8)
    throw refuse(
      'InvalidInput',
      `The client subnet mask ${mask} is not a number from 0 to ${found.length * 8}`,
    )
  const address = found.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefixBits - index * 8))
    return byte & (0xff << (8 - kept))
  })
  return { family, prefixBits, address }
}
