import type { ServiceOperations } from '../operation.ts'
import { addListenerCertificates } from './add-listener-certificates.ts'
import { addTags } from './add-tags.ts'
import { createListener } from './create-listener.ts'
import { createLoadBalancer } from './create-load-balancer.ts'
import { createRule } from './create-rule.ts'
import { createTargetGroup } from './create-target-group.ts'
import { deleteListener } from './delete-listener.ts'
import { deleteLoadBalancer } from './delete-load-balancer.ts'
import { deleteRule } from './delete-rule.ts'
import { deleteTargetGroup } from './delete-target-group.ts'
import { deregisterTargets } from './deregister-targets.ts'
import { describeAccountLimits } from './describe-account-limits.ts'
import { describeCapacityReservation } from './describe-capacity-reservation.ts'
import { describeListenerAttributes } from './describe-listener-attributes.ts'
import { describeListenerCertificates } from './describe-listener-certificates.ts'
import { describeListeners } from './describe-listeners.ts'
import { describeLoadBalancerAttributes } from './describe-load-balancer-attributes.ts'
import { describeLoadBalancers } from './describe-load-balancers.ts'
import { describeRules } from './describe-rules.ts'
import { describeSslPolicies } from './describe-ssl-policies.ts'
import { describeTags } from './describe-tags.ts'
import { describeTargetGroupAttributes } from './describe-target-group-attributes.ts'
import { describeTargetGroups } from './describe-target-groups.ts'
import { describeTargetHealth } from './describe-target-health.ts'
import { describeTrustStores } from './describe-trust-stores.ts'
import { modifyCapacityReservation } from './modify-capacity-reservation.ts'
import { modifyListener } from './modify-listener.ts'
import { modifyListenerAttributes } from './modify-listener-attributes.ts'
import { modifyLoadBalancerAttributes } from './modify-load-balancer-attributes.ts'
import { modifyRule } from './modify-rule.ts'
import { modifyTargetGroup } from './modify-target-group.ts'
import { modifyTargetGroupAttributes } from './modify-target-group-attributes.ts'
import { registerTargets } from './register-targets.ts'
import { removeListenerCertificates } from './remove-listener-certificates.ts'
import { removeTags } from './remove-tags.ts'
import { setIpAddressType } from './set-ip-address-type.ts'
import { setRulePriorities } from './set-rule-priorities.ts'
import { setSecurityGroups } from './set-security-groups.ts'
import { setSubnets } from './set-subnets.ts'

type Sdk = typeof import('@aws-sdk/client-elastic-load-balancing-v2')

export const elbv2Service: ServiceOperations<Sdk> = {
  operations: {
    AddListenerCertificates: addListenerCertificates,
    AddTags: addTags,
    CreateListener: createListener,
    CreateLoadBalancer: createLoadBalancer,
    CreateRule: createRule,
    CreateTargetGroup: createTargetGroup,
    DeleteListener: deleteListener,
    DeleteLoadBalancer: deleteLoadBalancer,
    DeleteRule: deleteRule,
    DeleteTargetGroup: deleteTargetGroup,
    DeregisterTargets: deregisterTargets,
    DescribeAccountLimits: describeAccountLimits,
    DescribeCapacityReservation: describeCapacityReservation,
    DescribeListenerAttributes: describeListenerAttributes,
    DescribeListenerCertificates: describeListenerCertificates,
    DescribeListeners: describeListeners,
    DescribeLoadBalancerAttributes: describeLoadBalancerAttributes,
    DescribeLoadBalancers: describeLoadBalancers,
    DescribeRules: describeRules,
    DescribeSSLPolicies: describeSslPolicies,
    DescribeTags: describeTags,
    DescribeTargetGroupAttributes: describeTargetGroupAttributes,
    DescribeTargetGroups: describeTargetGroups,
    DescribeTargetHealth: describeTargetHealth,
    DescribeTrustStores: describeTrustStores,
    ModifyCapacityReservation: modifyCapacityReservation,
    ModifyListener: modifyListener,
    ModifyListenerAttributes: modifyListenerAttributes,
    ModifyLoadBalancerAttributes: modifyLoadBalancerAttributes,
    ModifyRule: modifyRule,
    ModifyTargetGroup: modifyTargetGroup,
    ModifyTargetGroupAttributes: modifyTargetGroupAttributes,
    RegisterTargets: registerTargets,
    RemoveListenerCertificates: removeListenerCertificates,
    RemoveTags: removeTags,
    SetIpAddressType: setIpAddressType,
    SetRulePriorities: setRulePriorities,
    SetSecurityGroups: setSecurityGroups,
    SetSubnets: setSubnets,
  },
  partial: {
    CreateLoadBalancer:
      'Network and application load balancers with IPv4 addresses; no gateway load balancers.',
    CreateTargetGroup: 'Targets of type instance and ip; requests go to targets by HTTP/1.1 (HTTP1) alone.',
    CreateListener:
      'TCP, TLS, UDP and TCP_UDP with forward actions; HTTP and HTTPS with forward, redirect and fixed-response. Refused: authenticate-oidc, authenticate-cognito, jwt-validation, mutual authentication.',
    ModifyListener:
      'As CreateListener: authenticate-oidc, authenticate-cognito, jwt-validation and mutual authentication are refused.',
    ModifyLoadBalancerAttributes:
      'Logs, headers that tell TLS version and cipher suite, and addresses beyond one a zone cannot be turned on. Ambiguous requests are refused in every desync mitigation mode.',
    ModifyListenerAttributes: 'tcp.idle_timeout.seconds alone: HTTP listeners cannot change headers.',
    ModifyTargetGroupAttributes: 'Anomaly mitigation cannot be turned on.',
    CreateRule:
      'Of application load balancers. Refused: authenticate-oidc, authenticate-cognito, jwt-validation, regular expressions, transforms; and rules of network load balancers, as AWS does on those with IPv4 addresses alone.',
    ModifyRule:
      'As CreateRule: authenticate-oidc, authenticate-cognito, jwt-validation, regular expressions and transforms are refused.',
    SetIpAddressType: 'ipv4 alone.',
    SetSubnets: 'IPv4 alone.',
    DescribeCapacityReservation: 'Nothing is ever reserved.',
    ModifyCapacityReservation: 'Only to take a reservation back: capacity is that of the machine.',
    DescribeTrustStores: 'There are none: load balancers ask clients for no certificates.',
  },
}
