/** Continents by Route 53's codes. */
export const continentNames: Readonly<Record<string, string>> = {
  AF: 'Africa',
  AN: 'Antarctica',
  AS: 'Asia',
  EU: 'Europe',
  NA: 'North America',
  OC: 'Oceania',
  SA: 'South America',
}

const regionNames = new Intl.DisplayNames(['en'], { type: 'region' })

/** Of a country by ISO 3166-1 alpha-2. `*`, the place of all who are nowhere else, is `Default`. */
export function countryName(code: string): string {
  return code === '*' ? 'Default' : (regionNames.of(code) ?? code)
}
