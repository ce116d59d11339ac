import type {
  AddListenerCertificatesInput,
  AddListenerCertificatesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { elbv2Limits } from './limits.ts'
import { tlsListenerOf } from './listener-certificates.ts'
import { checkedCertificate } from './listener-settings.ts'
import { refuse } from './refusal.ts'

/** For clients that name another server than the default certificate's (server name indication). One that is there already stays. */
export const addListenerCertificates: Operation<
  AddListenerCertificatesInput,
  AddListenerCertificatesOutput
> = async ({ ListenerArn, Certificates }, { store }) => {
  await commitPlanned(store, snapshot => {
    const { key, value } = tlsListenerOf(snapshot, ListenerArn)
    const added = Certificates.map(certificate => checkedCertificate(snapshot, certificate))
    const AdditionalCertificates = [...new Set([...(value.AdditionalCertificates ?? []), ...added])]
    if (AdditionalCertificates.length > elbv2Limits.certificatesPerLoadBalancer)
      throw refuse(
        'TooManyCertificates',
        `A load balancer can have ${elbv2Limits.certificatesPerLoadBalancer} certificates`,
      )
    return { changes: [{ key, value: { ...value, AdditionalCertificates } }], answer: undefined }
  })
  return { Certificates: Certificates.map(({ CertificateArn }) => ({ CertificateArn, IsDefault: false })) }
}
