/** Messages of Flight.proto that the server and the client handle, as `protocol.ts` reads and writes them. */

export interface FlightDescriptor {
  readonly type: 'UNKNOWN' | 'PATH' | 'CMD' | number
  readonly cmd: Buffer
  readonly path: readonly string[]
}

export interface Ticket {
  readonly ticket: Buffer
}

export interface Timestamp {
  readonly seconds: number
  readonly nanos: number
}

export interface FlightEndpoint {
  readonly ticket: Ticket | null
  readonly location: readonly { readonly uri: string }[]
  readonly expiration_time?: Timestamp | null
  readonly app_metadata: Buffer
}

export interface FlightInfo {
  readonly schema: Buffer
  readonly flight_descriptor: FlightDescriptor | null
  readonly endpoint: readonly FlightEndpoint[]
  readonly total_records: number
  readonly total_bytes: number
  readonly ordered: boolean
  readonly app_metadata: Buffer
}

export interface Action {
  readonly type: string
  readonly body: Buffer
}

export interface ActionResult {
  readonly body: Buffer
}
