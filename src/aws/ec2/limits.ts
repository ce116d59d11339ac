/** Of one account; AWS's defaults where it has any (EC2 and VPC user guides, "Quotas"). */
export const ec2Limits = {
  vpcsMax: 5,
  subnetsPerVpcMax: 200,
  securityGroupsPerVpcMax: 2_500,
  /** Each way. */
  rulesPerSecurityGroupMax: 60,
  securityGroupsPerInstanceMax: 5,
  elasticAddressesMax: 64,
  /** Each is a process: more than a machine bears. */
  instancesMax: 64,
  tagsPerResourceMax: 50,
  userDataBytesMax: 16_384,
  pageItemsMax: 1_000,
  /** How long a terminated instance is still told of. AWS: about an hour. */
  terminatedKeptMs: 3_600_000,
} as const
