/** Under `access/aws-key/<access key id>`: who may call the AWS APIs, and what. */
export interface AccessKeyDocument {
  readonly AccessKeyId: string
  /** Sealed with the key of the state folder (resources/sealed-secret.ts), so that a copy of the store signs nothing. */
  readonly SealedSecret: string
  readonly Policy: 'read-only' | 'operator' | 'admin'
  /** What an operator calls it, for example `terraform`; empty when nothing was said. */
  readonly Name: string
  /** ISO 8601. */
  readonly CreateDate: string
}

export const accessKeyPrefix = 'access/aws-key/'
export const accessKeyKey = (id: string): string => `${accessKeyPrefix}${id}`
