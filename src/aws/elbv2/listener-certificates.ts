import type { Certificate } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { ListenerDocument } from '../../resources/load-balancing.ts'
import type { Document, Snapshot } from '../../store/store.ts'
import { isSecure } from './listener-settings.ts'
import { refuse } from './refusal.ts'
import { listenerOf } from './resources.ts'

export function tlsListenerOf(snapshot: Snapshot, arn: string): Document<ListenerDocument> {
  const found = listenerOf(snapshot, arn)
  if (!isSecure(found.value.Listener.Protocol))
    throw refuse(
      'InvalidConfigurationRequest',
      `Certificates can be specified for TLS and HTTPS listeners only; this listener's protocol is '${found.value.Listener.Protocol}'`,
    )
  return found
}

/** The default one and those that were added. */
export function certificatesOf({ Listener, AdditionalCertificates = [] }: ListenerDocument): Certificate[] {
  return [
    ...(Listener.Certificates ?? []).map(({ CertificateArn }) => ({ CertificateArn, IsDefault: true })),
    ...AdditionalCertificates.map(CertificateArn => ({ CertificateArn, IsDefault: false })),
  ]
}
