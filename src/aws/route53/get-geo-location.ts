import type { GetGeoLocationRequest, GetGeoLocationResponse } from '@aws-sdk/client-route-53'
import type { Operation } from '../operation.ts'
import { placeNamed } from './places.ts'
import { refuse } from './refuse.ts'

export const getGeoLocation: Operation<GetGeoLocationRequest, GetGeoLocationResponse> = async ({
  ContinentCode,
  CountryCode,
  SubdivisionCode,
}) => {
  if (ContinentCode === undefined && CountryCode === undefined)
    throw refuse('InvalidInput', 'The input is not valid: a continent or a country must be given')
  const found = placeNamed(ContinentCode, CountryCode, SubdivisionCode)
  if (found === undefined) throw refuse('NoSuchGeoLocation', 'The specified geolocation does not exist.')
  return { GeoLocationDetails: found }
}
