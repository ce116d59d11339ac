import type {
  DescribeListenerCertificatesInput,
  DescribeListenerCertificatesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Operation } from '../operation.ts'
import { certificatesOf, tlsListenerOf } from './listener-certificates.ts'
import { pageOf } from './page.ts'

export const describeListenerCertificates: Operation<
  DescribeListenerCertificatesInput,
  DescribeListenerCertificatesOutput
> = async (input, { store }) => {
  const certificates = certificatesOf(tlsListenerOf(store.read(), input.ListenerArn).value)
  const idOf = ({ IsDefault, CertificateArn = '' }: (typeof certificates)[number]): string =>
    `${IsDefault === true ? 0 : 1} ${CertificateArn}`
  const sorted = certificates.sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
  const { items, NextMarker } = pageOf(sorted, idOf, input)
  return { Certificates: [...items], NextMarker }
}
