/** Messages that are only a type byte. */
export const bodilessTypes = {
  ParseComplete: '1',
  BindComplete: '2',
  CloseComplete: '3',
  NoData: 'n',
  PortalSuspended: 's',
  EmptyQueryResponse: 'I',
  CopyOutDone: 'c',
} as const

export type BodilessBackendMessage = {
  readonly [K in keyof typeof bodilessTypes]: { readonly kind: K }
}[keyof typeof bodilessTypes]
