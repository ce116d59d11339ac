/** Route 53's, of one request unless said otherwise (Developer Guide, "Quotas"). */
export const changeLimits = {
  recordsMax: 1_000,
  valueCharactersMax: 32_000,
  /** Of one value. */
  valueCharactersEachMax: 4_000,
  /** Of one record set. */
  valuesMax: 400,
  ttlSecondsMax: 2_147_483_647,
  setIdentifierCharactersMax: 128,
  weightMax: 255,
  /** Of one hosted zone. */
  recordSetsMax: 10_000,
  /** Of one name and type with a routing policy. */
  groupMax: 100,
  /** Of a name, without the final dot. */
  nameCharactersMax: 253,
  commentCharactersMax: 256,
} as const
