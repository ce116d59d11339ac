export type Range = { readonly min: number; readonly max: number }

/** AWS's ranges (Route 53 API model), and those of our tags. */
export const checkRanges = {
  port: { min: 1, max: 65_535 },
  failureThreshold: { min: 1, max: 10 },
  healthThreshold: { min: 0, max: 256 },
  intervalMilliseconds: { min: 100, max: 300_000 },
  timeoutMilliseconds: { min: 50, max: 120_000 },
  quorumPercent: { min: 0, max: 99 },
} as const satisfies Record<string, Range>

/** AWS's defaults; times of the developer guide. */
export const checkDefaults = {
  intervalSeconds: 30,
  failureThreshold: 3,
  tcpConnectMs: 10_000,
  connectMs: 4_000,
  answerMs: 2_000,
  bodyMs: 2_000,
  /** Ours: connect, log in and ask. */
  sqlMs: 6_000,
  sqlQuery: 'select 1',
} as const

export function numberOf(text: string | undefined): number | undefined {
  return text === undefined || text.trim() === '' ? undefined : Number(text)
}

export function within(value: number | undefined, { min, max }: Range, otherwise: number): number {
  if (value === undefined || Number.isNaN(value)) return otherwise
  return Math.min(max, Math.max(min, Math.round(value)))
}
