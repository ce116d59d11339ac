import type { HealthCheck, HealthCheckConfig, HealthCheckType } from '@aws-sdk/client-route-53'
import type { Attributes } from './load-balancing.ts'

/** Under `route53/health-check/<id>`. */
export interface HealthCheckDocument {
  readonly HealthCheck: Pick<HealthCheck, 'CallerReference'> & {
    readonly Id: string
    readonly HealthCheckVersion: number
    readonly HealthCheckConfig: HealthCheckConfig & { readonly Type: HealthCheckType }
  }
  /** Tags of the health check; those that begin `everport.` refine it: see `healthCheckTags`. */
  readonly Tags: Attributes
}

export const healthCheckPrefix = 'route53/health-check/'
export const healthCheckKey = (id: string): string => `${healthCheckPrefix}${id}`

/** Beyond AWS's fields, with the one each refines. Absent: AWS's behaviour. */
export const healthCheckTags = {
  /** Instead of RequestInterval (10 or 30 s): 100 … 300,000 ms. */
  intervalMilliseconds: 'everport.interval_milliseconds',
  /** Instead of 4 s to connect (TCP 10 s), 2 s to answer and 2 s for the body, each: 50 … 120,000 ms. */
  timeoutMilliseconds: 'everport.timeout_milliseconds',
  /** 'true': after the first failure of a healthy endpoint, probe again at once. */
  immediateReprobe: 'everport.immediate_reprobe',
  /** Instead of FailureThreshold, on the way up: 1 … 10. */
  riseThreshold: 'everport.rise_threshold',
  /** Instead of FailureThreshold, on the way down: 1 … 10. */
  fallThreshold: 'everport.fall_threshold',
  /** Instead of 18: healthy when more than so many percent of the vantage points say so, 0 … 99. */
  quorumPercent: 'everport.quorum_percent',
  /** 'sql' on a check of type TCP: log in over the PostgreSQL wire and run a query. */
  probe: 'everport.probe',
  sqlUser: 'everport.sql.user',
  /** Absolute path, on every machine with a DNS server, of a file whose first line is the password; absent: none. */
  sqlPasswordFile: 'everport.sql.password_file',
  sqlDatabase: 'everport.sql.database',
  /** Default `select 1`. */
  sqlQuery: 'everport.sql.query',
  /** What the first column of the first row must be; absent: any answer will do. */
  sqlExpect: 'everport.sql.expect',
} as const

/** 'unknown': not enough data yet. */
export type Opinion = 'unknown' | 'healthy' | 'unhealthy'

/** What one vantage point thinks of one health check. */
export interface VantageOpinion {
  /** Of what is checked and how; an opinion about another configuration says nothing about this one. */
  readonly fingerprint: string
  readonly opinion: Opinion
  /** It does not vote, since it doubts itself. */
  readonly withheld?: true
  /** The probe result that decided, in words. */
  readonly evidence: string
}

/** Under `status/health/<dns role name>`: votes of one vantage point, by health check id. */
export interface HealthStatus {
  readonly opinions: Readonly<Record<string, VantageOpinion>>
  /** Set while it finds everything failing at once and blames itself. */
  readonly holding?: string
}

export interface StatusReport {
  readonly Status: string
  /** ISO 8601, by the clock of the vantage point: for people, never compared. */
  readonly CheckedTime: string
}

/** Under `status/health-report/<dns role name>`: what its last probes showed, in AWS's words. Written when something is new. */
export interface HealthReport {
  /** Where the vantage point answers DNS. */
  readonly address: string
  readonly checks: Readonly<
    Record<string, { readonly last: StatusReport; readonly lastFailure?: StatusReport }>
  >
}

export const healthStatusPrefix = 'status/health/'
export const healthStatusKey = (roleName: string): string => `${healthStatusPrefix}${roleName}`
export const healthReportPrefix = 'status/health-report/'
export const healthReportKey = (roleName: string): string => `${healthReportPrefix}${roleName}`
