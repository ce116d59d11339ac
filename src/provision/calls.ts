import type * as ec2 from '@aws-sdk/client-ec2'
import type * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2'
import type * as route53 from '@aws-sdk/client-route-53'

/** What provisioning asks of AWS's APIs, or of Everport's: these operations and no others. */
export interface Operations {
  readonly ec2: {
    DescribeVpcs: [ec2.DescribeVpcsCommandInput, ec2.DescribeVpcsResult]
    DescribeSubnets: [ec2.DescribeSubnetsCommandInput, ec2.DescribeSubnetsResult]
    DescribeImages: [ec2.DescribeImagesCommandInput, ec2.DescribeImagesResult]
    DescribeSecurityGroups: [ec2.DescribeSecurityGroupsCommandInput, ec2.DescribeSecurityGroupsResult]
    CreateSecurityGroup: [ec2.CreateSecurityGroupCommandInput, ec2.CreateSecurityGroupResult]
    AuthorizeSecurityGroupIngress: [
      ec2.AuthorizeSecurityGroupIngressCommandInput,
      ec2.AuthorizeSecurityGroupIngressResult,
    ]
    RevokeSecurityGroupIngress: [
      ec2.RevokeSecurityGroupIngressCommandInput,
      ec2.RevokeSecurityGroupIngressResult,
    ]
    DeleteSecurityGroup: [ec2.DeleteSecurityGroupCommandInput, object]
    DescribeInstances: [ec2.DescribeInstancesCommandInput, ec2.DescribeInstancesResult]
    DescribeInstanceAttribute: [ec2.DescribeInstanceAttributeCommandInput, ec2.InstanceAttribute]
    RunInstances: [ec2.RunInstancesCommandInput, ec2.Reservation]
    TerminateInstances: [ec2.TerminateInstancesCommandInput, ec2.TerminateInstancesResult]
  }
  readonly elbv2: {
    DescribeLoadBalancers: [elbv2.DescribeLoadBalancersCommandInput, elbv2.DescribeLoadBalancersOutput]
    CreateLoadBalancer: [elbv2.CreateLoadBalancerCommandInput, elbv2.CreateLoadBalancerOutput]
    SetSubnets: [elbv2.SetSubnetsCommandInput, elbv2.SetSubnetsOutput]
    DeleteLoadBalancer: [elbv2.DeleteLoadBalancerCommandInput, object]
    DescribeTargetGroups: [elbv2.DescribeTargetGroupsCommandInput, elbv2.DescribeTargetGroupsOutput]
    CreateTargetGroup: [elbv2.CreateTargetGroupCommandInput, elbv2.CreateTargetGroupOutput]
    ModifyTargetGroup: [elbv2.ModifyTargetGroupCommandInput, elbv2.ModifyTargetGroupOutput]
    DeleteTargetGroup: [elbv2.DeleteTargetGroupCommandInput, object]
    DescribeTargetGroupAttributes: [
      elbv2.DescribeTargetGroupAttributesCommandInput,
      elbv2.DescribeTargetGroupAttributesOutput,
    ]
    ModifyTargetGroupAttributes: [
      elbv2.ModifyTargetGroupAttributesCommandInput,
      elbv2.ModifyTargetGroupAttributesOutput,
    ]
    DescribeTags: [elbv2.DescribeTagsCommandInput, elbv2.DescribeTagsOutput]
    DescribeTargetHealth: [elbv2.DescribeTargetHealthCommandInput, elbv2.DescribeTargetHealthOutput]
    RegisterTargets: [elbv2.RegisterTargetsCommandInput, object]
    DeregisterTargets: [elbv2.DeregisterTargetsCommandInput, object]
    DescribeListeners: [elbv2.DescribeListenersCommandInput, elbv2.DescribeListenersOutput]
    CreateListener: [elbv2.CreateListenerCommandInput, elbv2.CreateListenerOutput]
    ModifyListener: [elbv2.ModifyListenerCommandInput, elbv2.ModifyListenerOutput]
    DeleteListener: [elbv2.DeleteListenerCommandInput, object]
  }
  readonly route53: {
    ListHostedZonesByName: [
      route53.ListHostedZonesByNameCommandInput,
      Partial<route53.ListHostedZonesByNameResponse>,
    ]
    CreateHostedZone: [route53.CreateHostedZoneCommandInput, Partial<route53.CreateHostedZoneResponse>]
    DeleteHostedZone: [route53.DeleteHostedZoneCommandInput, Partial<route53.DeleteHostedZoneResponse>]
    ListResourceRecordSets: [
      route53.ListResourceRecordSetsCommandInput,
      Partial<route53.ListResourceRecordSetsResponse>,
    ]
    ChangeResourceRecordSets: [
      route53.ChangeResourceRecordSetsCommandInput,
      Partial<route53.ChangeResourceRecordSetsResponse>,
    ]
    GetChange: [route53.GetChangeCommandInput, Partial<route53.GetChangeResponse>]
  }
}

export type ServiceName = keyof Operations
export type InputOf<S extends ServiceName, O extends keyof Operations[S]> = Operations[S][O] extends [
  infer I,
  unknown,
]
  ? I
  : never
export type OutputOf<S extends ServiceName, O extends keyof Operations[S]> = Operations[S][O] extends [
  unknown,
  infer R,
]
  ? R
  : never

/** Sends one call. Rejects with the SDK's own errors: `name` is the error's code. */
export type Call = <S extends ServiceName, O extends keyof Operations[S] & string>(
  service: S,
  operation: O,
  input: InputOf<S, O>,
) => Promise<OutputOf<S, O>>

export function isRead(operation: string): boolean {
  return /^(?:Describe|List|Get)/.test(operation)
}

/** The code by which AWS names an error; undefined for anything else that went wrong. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && '$metadata' in error ? error.name : undefined
}
