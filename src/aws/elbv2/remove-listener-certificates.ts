import type {
  RemoveListenerCertificatesInput,
  RemoveListenerCertificatesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { commitPlanned } from '../commit-planned.ts'
import type { Operation } from '../operation.ts'
import { tlsListenerOf } from './listener-certificates.ts'
import { refuse } from './refusal.ts'

/** The default certificate is replaced by ModifyListener, and never removed. */
export const removeListenerCertificates: Operation<
  RemoveListenerCertificatesInput,
  RemoveListenerCertificatesOutput
> = async ({ ListenerArn, Certificates }, { store }) => {
  const gone = new Set(Certificates.map(({ CertificateArn = '' }) => CertificateArn))
  await commitPlanned(store, snapshot => {
    const { key, value } = tlsListenerOf(snapshot, ListenerArn)
    if (value.Listener.Certificates?.some(({ CertificateArn = '' }) => gone.has(CertificateArn)))
      throw refuse('OperationNotPermitted', 'The default certificate of a listener cannot be removed')
    const AdditionalCertificates = (value.AdditionalCertificates ?? []).filter(arn => !gone.has(arn))
    return { changes: [{ key, value: { ...value, AdditionalCertificates } }], answer: undefined }
  })
  return {}
}
