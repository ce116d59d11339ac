import type { SecurityGroup } from '@aws-sdk/client-ec2'

/** Under `ec2/security-group/<GroupId>`, as DescribeSecurityGroups shows it. */
export interface SecurityGroupDocument {
  readonly SecurityGroup: SecurityGroup & { readonly GroupId: string }
}

export const securityGroupKey = (id: string): string => `ec2/security-group/${id}`
