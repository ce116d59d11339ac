import type { ServiceOperations } from '../operation.ts'
import { associateVpcWithHostedZone } from './associate-vpc-with-hosted-zone.ts'
import { changeResourceRecordSets } from './change-resource-record-sets.ts'
import { changeTagsForResource } from './change-tags-for-resource.ts'
import { createHealthCheck } from './create-health-check.ts'
import { createHostedZone } from './create-hosted-zone.ts'
import { createReusableDelegationSet } from './create-reusable-delegation-set.ts'
import { deleteHealthCheck } from './delete-health-check.ts'
import { deleteHostedZone } from './delete-hosted-zone.ts'
import { deleteReusableDelegationSet } from './delete-reusable-delegation-set.ts'
import { disassociateVpcFromHostedZone } from './disassociate-vpc-from-hosted-zone.ts'
import { getAccountLimit } from './get-account-limit.ts'
import { getChange } from './get-change.ts'
import { getCheckerIpRanges } from './get-checker-ip-ranges.ts'
import { getDnssec } from './get-dnssec.ts'
import { getGeoLocation } from './get-geo-location.ts'
import { getHealthCheck } from './get-health-check.ts'
import { getHealthCheckCount } from './get-health-check-count.ts'
import { getHealthCheckLastFailureReason } from './get-health-check-last-failure-reason.ts'
import { getHealthCheckStatus } from './get-health-check-status.ts'
import { getHostedZone } from './get-hosted-zone.ts'
import { getHostedZoneCount } from './get-hosted-zone-count.ts'
import { getHostedZoneLimit } from './get-hosted-zone-limit.ts'
import { getReusableDelegationSet } from './get-reusable-delegation-set.ts'
import { getReusableDelegationSetLimit } from './get-reusable-delegation-set-limit.ts'
import { listGeoLocations } from './list-geo-locations.ts'
import { listHealthChecks } from './list-health-checks.ts'
import { listHostedZones } from './list-hosted-zones.ts'
import { listHostedZonesByName } from './list-hosted-zones-by-name.ts'
import { listHostedZonesByVpc } from './list-hosted-zones-by-vpc.ts'
import { listResourceRecordSets } from './list-resource-record-sets.ts'
import { listReusableDelegationSets } from './list-reusable-delegation-sets.ts'
import { listTagsForResource } from './list-tags-for-resource.ts'
import { listTagsForResources } from './list-tags-for-resources.ts'
import { testDnsAnswer } from './test-dns-answer.ts'
import { updateHealthCheck } from './update-health-check.ts'
import { updateHostedZoneComment } from './update-hosted-zone-comment.ts'

type Sdk = typeof import('@aws-sdk/client-route-53')

export const route53Service: ServiceOperations<Sdk> = {
  operations: {
    CreateHostedZone: createHostedZone,
    GetHostedZone: getHostedZone,
    ListHostedZones: listHostedZones,
    ListHostedZonesByName: listHostedZonesByName,
    DeleteHostedZone: deleteHostedZone,
    UpdateHostedZoneComment: updateHostedZoneComment,
    GetHostedZoneCount: getHostedZoneCount,
    ChangeResourceRecordSets: changeResourceRecordSets,
    ListResourceRecordSets: listResourceRecordSets,
    GetChange: getChange,
    TestDNSAnswer: testDnsAnswer,
    CreateHealthCheck: createHealthCheck,
    GetHealthCheck: getHealthCheck,
    ListHealthChecks: listHealthChecks,
    UpdateHealthCheck: updateHealthCheck,
    DeleteHealthCheck: deleteHealthCheck,
    GetHealthCheckStatus: getHealthCheckStatus,
    GetHealthCheckLastFailureReason: getHealthCheckLastFailureReason,
    GetHealthCheckCount: getHealthCheckCount,
    GetCheckerIpRanges: getCheckerIpRanges,
    ChangeTagsForResource: changeTagsForResource,
    ListTagsForResource: listTagsForResource,
    ListTagsForResources: listTagsForResources,
    CreateReusableDelegationSet: createReusableDelegationSet,
    GetReusableDelegationSet: getReusableDelegationSet,
    ListReusableDelegationSets: listReusableDelegationSets,
    DeleteReusableDelegationSet: deleteReusableDelegationSet,
    GetReusableDelegationSetLimit: getReusableDelegationSetLimit,
    GetAccountLimit: getAccountLimit,
    GetHostedZoneLimit: getHostedZoneLimit,
    AssociateVPCWithHostedZone: associateVpcWithHostedZone,
    DisassociateVPCFromHostedZone: disassociateVpcFromHostedZone,
    ListHostedZonesByVPC: listHostedZonesByVpc,
    ListGeoLocations: listGeoLocations,
    GetDNSSEC: getDnssec,
    GetGeoLocation: getGeoLocation,
  },
  partial: {
    CreateHostedZone: 'Public zones only; every zone has the same name servers.',
    ChangeResourceRecordSets: 'No geoproximity routing and no traffic policy instances.',
    CreateHealthCheck: 'Not of type CLOUDWATCH_METRIC or RECOVERY_CONTROL; private addresses may be checked.',
    CreateReusableDelegationSet: 'Every set has the same name servers.',
    AssociateVPCWithHostedZone: 'Every zone is public, and AWS refuses this for public zones.',
    DisassociateVPCFromHostedZone: 'Every zone is public, so no VPC is associated.',
    ListHostedZonesByVPC: 'Every zone is public, so the list is empty.',
    ListGeoLocations: 'Subdivisions of the United States only.',
  },
}
