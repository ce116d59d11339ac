import type { ListGeoLocationsRequest, ListGeoLocationsResponse } from '@aws-sdk/client-route-53'
import type { Checked, Operation } from '../operation.ts'
import { placeNamed, places } from './places.ts'
import { pageItemsMax } from './quotas.ts'
import { refuse } from './refuse.ts'

export const listGeoLocations: Operation<ListGeoLocationsRequest, ListGeoLocationsResponse> = async input => {
  const max = Math.min(Math.max(1, input.MaxItems ?? pageItemsMax), pageItemsMax)
  const start = startOf(input)
  const next = places[start + max]
  return {
    GeoLocationDetailsList: places.slice(start, start + max),
    IsTruncated: next !== undefined,
    ...(next?.ContinentCode === undefined ? {} : { NextContinentCode: next.ContinentCode }),
    ...(next?.CountryCode === undefined ? {} : { NextCountryCode: next.CountryCode }),
    ...(next?.SubdivisionCode === undefined ? {} : { NextSubdivisionCode: next.SubdivisionCode }),
    MaxItems: max,
  }
}

function startOf({
  StartContinentCode,
  StartCountryCode,
  StartSubdivisionCode,
}: Checked<ListGeoLocationsRequest>): number {
  if (StartSubdivisionCode !== undefined && StartCountryCode === undefined)
    throw refuse('InvalidInput', 'The input is not valid: a start subdivision needs a start country')
  if (StartContinentCode === undefined && StartCountryCode === undefined) return 0
  const found = placeNamed(StartContinentCode, StartCountryCode, StartSubdivisionCode)
  if (found === undefined)
    throw refuse('InvalidInput', 'The input is not valid: there is no such place to start from')
  return places.indexOf(found)
}
