/** A date or timestamp as PostgreSQL reads it, in the form that the engine reads. What is not known here is left as it is, for the engine to refuse. */
export function instantText(source: string): string {
  const text = numericMonth(source.trim())
    .replace(/^(\d+-\d+-\d+[ Tt]\d{1,2}:\d{2})(?=$|[ ]*[+-]|Z|z| [A-Za-z])/, '$1:00')
    .replace(/ bc$/i, ' (BC)')
  return text.replace(/(\d)\.(\d{7,})/, (_, second: string, digits: string) => rounded(second, digits))
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** `January 5, 2024`, `5 Jan 2024`, `05-Jan-2024`. */
function numericMonth(text: string): string {
  const named =
    /^(?<month>[a-z]{3,9})\.? +(?<day>\d{1,2}),? +(?<year>\d{4})(?<rest>$| .*)/i.exec(text) ??
    /^(?<day>\d{1,2})[ -](?<month>[a-z]{3,9})[ ,-]+(?<year>\d{4})(?<rest>$| .*)/i.exec(text)
  const { month = '', day = '', year = '', rest = '' } = named?.groups ?? {}
  const number = monthNames.indexOf(month.slice(0, 3).toLowerCase()) + 1
  return number === 0 ? text : `${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}${rest}`
}

/** Microseconds, the rest rounded; what would carry into the next second is cut. */
function rounded(second: string, digits: string): string {
  const microseconds = Math.min(Math.round(Number(`${digits.slice(0, 6)}.${digits.slice(6)}`)), 999_999)
  return `${second}.${String(microseconds).padStart(6, '0')}`
}
