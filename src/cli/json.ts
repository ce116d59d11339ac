import type { ResultColumn } from '../sql/client/result.ts'

/**
 * Rows as JSON. Numbers keep the digits the server sent (a bigint is not rounded), json columns are put in as they are, everything else
 * that PostgreSQL writes as text stays text.
 */

type RenderCell = (text: string) => string

const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/
// Beyond what JSON.stringify escapes: DEL, C1 and direction marks, so that data cannot drive a terminal.
const alsoEscaped = /[\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

function renderText(text: string): string {
  return escapeMore(JSON.stringify(text))
}

function escapeMore(json: string): string {
  return json.replace(alsoEscaped, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

// NaN and Infinity are no JSON numbers; they stay text.
const renderNumber: RenderCell = text => (jsonNumber.test(text) ? text : renderText(text))

const renderBoolean: RenderCell = text => (text === 't' ? 'true' : text === 'f' ? 'false' : renderText(text))

const renderJson: RenderCell = text => {
  try {
    JSON.parse(text)
  } catch {
    return renderText(text)
  }
  // Line ends and tabs can only stand between the tokens of valid JSON; anything above that, only inside its strings.
  return escapeMore(text.replace(/[\n\r\t]+/g, ' '))
}

/** PostgreSQL type OIDs (pg_type) whose text is not shown as a JSON string. */
const renderers = new Map<number, RenderCell>([
  [16, renderBoolean],
  [20, renderNumber],
  [21, renderNumber],
  [23, renderNumber],
  [26, renderNumber],
  [114, renderJson],
  [700, renderNumber],
  [701, renderNumber],
  [1700, renderNumber],
  [3802, renderJson],
])

/** A function that renders rows of these columns as objects. A second column of one name is called `name_2`, and so on. */
export function jsonObjects(columns: readonly ResultColumn[]): (row: readonly (string | null)[]) => string {
  const keys = distinctNames(columns.map(column => column.name)).map(renderText)
  const render = columns.map(column => renderers.get(column.typeOid) ?? renderText)
  return row => {
    let object = '{'
    for (let i = 0; i < keys.length; i++) {
      const cell = row[i] ?? null
      object += `${i > 0 ? ',' : ''}${keys[i]}:${cell === null ? 'null' : (render[i] ?? renderText)(cell)}`
    }
    return `${object}}`
  }
}

function distinctNames(names: readonly string[]): string[] {
  const taken = new Set(names)
  const used = new Set<string>()
  return names.map(name => {
    let distinct = name
    for (let n = 2; used.has(distinct) || (distinct !== name && taken.has(distinct)); n++)
      distinct = `${name}_${n}`
    used.add(distinct)
    return distinct
  })
}
