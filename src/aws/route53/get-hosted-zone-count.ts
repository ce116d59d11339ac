import type { GetHostedZoneCountRequest, GetHostedZoneCountResponse } from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { allZones } from './hosted-zone.ts'

export const getHostedZoneCount: Operation<GetHostedZoneCountRequest, GetHostedZoneCountResponse> = async (
  _input,
  { store },
) => ({ HostedZoneCount: allZones(store.read()).length })
