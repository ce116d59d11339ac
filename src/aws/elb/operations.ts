import type { ServiceOperations } from '../operation.ts'
import { addTags } from './add-tags.ts'
import { applySecurityGroupsToLoadBalancer } from './apply-security-groups-to-load-balancer.ts'
import { attachLoadBalancerToSubnets } from './attach-load-balancer-to-subnets.ts'
import { configureHealthCheck } from './configure-health-check.ts'
import { createLoadBalancer } from './create-load-balancer.ts'
import { createLoadBalancerListeners } from './create-load-balancer-listeners.ts'
import { deleteLoadBalancer } from './delete-load-balancer.ts'
import { deleteLoadBalancerListeners } from './delete-load-balancer-listeners.ts'
import { deregisterInstancesFromLoadBalancer } from './deregister-instances-from-load-balancer.ts'
import { describeAccountLimits } from './describe-account-limits.ts'
import { describeInstanceHealth } from './describe-instance-health.ts'
import { describeLoadBalancerAttributes } from './describe-load-balancer-attributes.ts'
import { describeLoadBalancers } from './describe-load-balancers.ts'
import { describeTags } from './describe-tags.ts'
import { detachLoadBalancerFromSubnets } from './detach-load-balancer-from-subnets.ts'
import { disableAvailabilityZonesForLoadBalancer } from './disable-availability-zones-for-load-balancer.ts'
import { enableAvailabilityZonesForLoadBalancer } from './enable-availability-zones-for-load-balancer.ts'
import { modifyLoadBalancerAttributes } from './modify-load-balancer-attributes.ts'
import { registerInstancesWithLoadBalancer } from './register-instances-with-load-balancer.ts'
import { removeTags } from './remove-tags.ts'
import { setLoadBalancerListenerSslCertificate } from './set-load-balancer-listener-ssl-certificate.ts'

type Sdk = typeof import('@aws-sdk/client-elastic-load-balancing')

export const elbService: ServiceOperations<Sdk> = {
  operations: {
    AddTags: addTags,
    ApplySecurityGroupsToLoadBalancer: applySecurityGroupsToLoadBalancer,
    AttachLoadBalancerToSubnets: attachLoadBalancerToSubnets,
    ConfigureHealthCheck: configureHealthCheck,
    CreateLoadBalancerListeners: createLoadBalancerListeners,
    CreateLoadBalancer: createLoadBalancer,
    DeleteLoadBalancerListeners: deleteLoadBalancerListeners,
    DeleteLoadBalancer: deleteLoadBalancer,
    DeregisterInstancesFromLoadBalancer: deregisterInstancesFromLoadBalancer,
    DescribeAccountLimits: describeAccountLimits,
    DescribeInstanceHealth: describeInstanceHealth,
    DescribeLoadBalancerAttributes: describeLoadBalancerAttributes,
    DescribeLoadBalancers: describeLoadBalancers,
    DescribeTags: describeTags,
    DetachLoadBalancerFromSubnets: detachLoadBalancerFromSubnets,
    DisableAvailabilityZonesForLoadBalancer: disableAvailabilityZonesForLoadBalancer,
    EnableAvailabilityZonesForLoadBalancer: enableAvailabilityZonesForLoadBalancer,
    ModifyLoadBalancerAttributes: modifyLoadBalancerAttributes,
    RegisterInstancesWithLoadBalancer: registerInstancesWithLoadBalancer,
    RemoveTags: removeTags,
    SetLoadBalancerListenerSSLCertificate: setLoadBalancerListenerSslCertificate,
  },
  partial: {
    ConfigureHealthCheck: 'By TCP, HTTP and HTTPS; not by SSL.',
    CreateLoadBalancer: 'The name must not be that of another kind of load balancer.',
    DescribeLoadBalancers: 'There are no policies.',
    ModifyLoadBalancerAttributes:
      'Access logs cannot be turned on. Ambiguous requests are refused in every desync mitigation mode.',
  },
}
