import type { GeoLocationDetails } from '@aws-sdk/client-route-53'
import { continentNames, countryName } from '../../dns/changes/place-names.ts'

/** Continents and their countries (ISO 3166-1 alpha-2) and the states of the United States (ISO 3166-2). */
const countriesOf: Readonly<Record<string, string>> = {
  AF: 'AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW',
  AN: 'AQ GS TF',
  AS: 'AE AF AM AZ BD BH BN BT CC CN GE HK ID IL IN IO IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH PK PS QA SA SG SY TH TJ TM TW UZ VN YE',
  EU: 'AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM TR UA VA XK',
  NA: 'AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV SX TC TT US VC VG VI',
  OC: 'AS AU CK FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TL TO TV UM VU WF WS',
  SA: 'AR BO BR CL CO EC FK GF GY PE PY SR UY VE',
}

const statesOfUs =
  'AK=Alaska AL=Alabama AR=Arkansas AZ=Arizona CA=California CO=Colorado CT=Connecticut DC=District_of_Columbia DE=Delaware FL=Florida GA=Georgia HI=Hawaii IA=Iowa ID=Idaho IL=Illinois IN=Indiana KS=Kansas KY=Kentucky LA=Louisiana MA=Massachusetts MD=Maryland ME=Maine MI=Michigan MN=Minnesota MO=Missouri MS=Mississippi MT=Montana NC=North_Carolina ND=North_Dakota NE=Nebraska NH=New_Hampshire NJ=New_Jersey NM=New_Mexico NV=Nevada NY=New_York OH=Ohio OK=Oklahoma OR=Oregon PA=Pennsylvania RI=Rhode_Island SC=South_Carolina SD=South_Dakota TN=Tennessee TX=Texas UT=Utah VA=Virginia VT=Vermont WA=Washington WI=Wisconsin WV=West_Virginia WY=Wyoming'

/** In the order of ListGeoLocations: continents, then countries by code, each followed by its subdivisions; the default (`*`) first among countries. */
export const places: readonly GeoLocationDetails[] = [
  ...Object.entries(continentNames).map(([ContinentCode, ContinentName]) => ({
    ContinentCode,
    ContinentName,
  })),
  { CountryCode: '*', CountryName: countryName('*') },
  ...Object.values(countriesOf)
    .flatMap(codes => codes.split(' '))
    .sort()
    .flatMap(country),
]

function country(CountryCode: string): GeoLocationDetails[] {
  const CountryName = countryName(CountryCode)
  const states = CountryCode === 'US' ? statesOfUs.split(' ') : []
  return [
    { CountryCode, CountryName },
    ...states.map(state => {
      const [SubdivisionCode = '', name = ''] = state.split('=')
      return { CountryCode, CountryName, SubdivisionCode, SubdivisionName: name.replaceAll('_', ' ') }
    }),
  ]
}

/** Of a place as a record set names it: at least one code, and a subdivision only with its country. */
export function placeNamed(
  continent: string | undefined,
  countryCode: string | undefined,
  subdivision: string | undefined,
): GeoLocationDetails | undefined {
  return places.find(
    place =>
      place.ContinentCode === continent &&
      place.CountryCode === countryCode &&
      place.SubdivisionCode === subdivision,
  )
}
