import { refuser } from '../refusal.ts'

/** The service's model has no error shapes: codes are those of its developer guide ("Error codes"). */
type Ec2Code =
  | 'AddressLimitExceeded'
  | 'CannotDelete'
  | 'DependencyViolation'
  | 'IdempotentParameterMismatch'
  | 'IncorrectInstanceState'
  | 'InstanceLimitExceeded'
  | 'InsufficientFreeAddressesInSubnet'
  | 'InvalidAMIID.NotFound'
  | 'InvalidAddress.NotFound'
  | 'InvalidAllocationID.NotFound'
  | 'InvalidGroup.Duplicate'
  | 'InvalidGroup.InUse'
  | 'InvalidGroup.NotFound'
  | 'InvalidID'
  | 'InvalidIPAddress.InUse'
  | 'InvalidInstanceID.NotFound'
  | 'InvalidNextToken'
  | 'InvalidNetworkInterfaceID.NotFound'
  | 'InvalidParameterCombination'
  | 'InvalidParameterValue'
  | 'InvalidPermission.Duplicate'
  | 'InvalidPermission.NotFound'
  | 'InvalidSecurityGroupRuleId.NotFound'
  | 'InvalidSubnet.Conflict'
  | 'InvalidSubnet.Range'
  | 'InvalidSubnetID.NotFound'
  | 'InvalidUserData.Malformed'
  | 'InvalidVolume.NotFound'
  | 'InvalidVpc.Range'
  | 'InvalidVpcID.NotFound'
  | 'InvalidZone.NotFound'
  | 'MissingParameter'
  | 'OperationNotPermitted'
  | 'RulesPerSecurityGroupLimitExceeded'
  | 'SecurityGroupLimitExceeded'
  | 'SubnetLimitExceeded'
  | 'TagLimitExceeded'
  | 'UnsupportedOperation'
  | 'VpcLimitExceeded'
  | 'DryRunOperation'

export const refuse = refuser<Ec2Code>()

/** What the caller may do was checked before; so everything would have succeeded that gets here. AWS answers 412. */
export function refuseDryRun(dryRun: boolean | undefined): void {
  if (dryRun === true)
    throw refuse('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', {
      httpStatus: 412,
    })
}
