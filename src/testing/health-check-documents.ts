import type { HealthCheckConfig, HealthCheckType } from '@aws-sdk/client-route-53'
import { type HealthCheckDocument, healthCheckKey } from '../resources/health-checks.ts'

export function healthCheckDocument(
  Id: string,
  config: HealthCheckConfig & { readonly Type: HealthCheckType },
  Tags: Readonly<Record<string, string>> = {},
): HealthCheckDocument {
  return {
    HealthCheck: { Id, CallerReference: `test-${Id}`, HealthCheckVersion: 1, HealthCheckConfig: config },
    Tags,
  }
}

/** By key, for a store. */
export function healthCheckDocuments(
  documents: readonly HealthCheckDocument[],
): Record<string, HealthCheckDocument> {
  return Object.fromEntries(documents.map(document => [healthCheckKey(document.HealthCheck.Id), document]))
}
