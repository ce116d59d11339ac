/** Route 53's codes for what these rules refuse. */
export type RefusalCode =
  | 'ConflictingDomainExists'
  | 'HostedZoneAlreadyExists'
  | 'HostedZoneNotEmpty'
  | 'InvalidChangeBatch'
  | 'InvalidDomainName'
  | 'InvalidInput'
  | 'NoSuchCidrCollectionException'
  | 'NoSuchCidrLocationException'
  | 'NoSuchHealthCheck'

/** Clients match the sentences; so they are Route 53's own where these are known, else in its manner. */
export interface Refusal {
  readonly kind: 'refused'
  readonly code: RefusalCode
  readonly messages: readonly string[]
}

export function refusal(code: RefusalCode, ...messages: string[]): Refusal {
  return { kind: 'refused', code, messages }
}

/** One text of several, as the API sends it: `[A, B]`. */
export function textOf({ code, messages }: Refusal): string {
  return code === 'InvalidChangeBatch' || messages.length > 1
    ? `[${messages.join(', ')}]`
    : (messages[0] ?? '')
}
