import type {
  SetLoadBalancerListenerSSLCertificateInput,
  SetLoadBalancerListenerSSLCertificateOutput,
} from '@aws-sdk/client-elastic-load-balancing'
import type { Operation } from '../operation.ts'
import { changeClassic, withSettings } from './classic-change.ts'
import { checkedCertificate } from './listeners.ts'
import { refuse } from './refusal.ts'

export const setLoadBalancerListenerSslCertificate: Operation<
  SetLoadBalancerListenerSSLCertificateInput,
  SetLoadBalancerListenerSSLCertificateOutput
> = async ({ LoadBalancerName, LoadBalancerPort, SSLCertificateId: arn }, context) => {
  await changeClassic(context, LoadBalancerName, (document, snapshot) => {
    const { Listeners } = document.Classic
    const found = Listeners.find(listener => listener.LoadBalancerPort === LoadBalancerPort)
    if (found === undefined)
      throw refuse(
        'ListenerNotFound',
        `There is no listener on port ${LoadBalancerPort} of ${LoadBalancerName}`,
      )
    if (found.SSLCertificateId === undefined)
      throw refuse(
        'InvalidConfigurationRequest',
        `The listener on port ${LoadBalancerPort} has no certificate: its protocol is ${found.Protocol}`,
      )
    const SSLCertificateId = checkedCertificate(snapshot, arn)
    const after = Listeners.map(one => (one === found ? { ...one, SSLCertificateId } : one))
    return { document: withSettings(document, { Listeners: after }) }
  })
  return {}
}
