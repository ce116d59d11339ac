/** What a request may be, before anything of it is believed. Far above what AWS's clients send. */
export const requestLimits = {
  bodyBytesMax: 1_048_576,
  /** Of a query: AWS's largest requests name a few thousand things. */
  parametersMax: 20_000,
  /** Steps from the top to a value, in a query's names and in XML. */
  depthMax: 24,
  /** Elements of an XML body; a change batch of 1,000 has some ten each. */
  elementsMax: 50_000,
  /** Items of one list. */
  listItemsMax: 10_000,
  /** Problems of one request that are told. */
  problemsMax: 20,
  /** Of a value that is shown in an error. */
  shownCharactersMax: 128,
} as const
