import { requestLimits } from './request-limits.ts'

/** One element. Attributes are read over: no request of ours has any that means something. */
export interface XmlElement {
  /** Without its namespace prefix. */
  readonly name: string
  readonly children: readonly XmlElement[]
  /** All text directly inside, entities resolved. */
  readonly text: string
}

/** Why a text is no XML that we take. */
export interface XmlMistake {
  readonly mistake: string
  /** Where, counted in characters from 0. */
  readonly at: number
}

interface OpenElement {
  readonly tag: string
  readonly name: string
  readonly children: XmlElement[]
  text: string
}

/**
 * The part of XML 1.0 that AWS's clients send: elements, text, CDATA, comments and one declaration. A document type is refused, so that no
 * entity is ever declared; depth and number of elements are bounded; nothing is recursive.
 */
export function parseXml(source: string): XmlElement | XmlMistake {
  const open: OpenElement[] = []
  let root: XmlElement | undefined
  let elements = 0
  let at = source.startsWith('\uFEFF') ? 1 : 0
  const wrong = (mistake: string): XmlMistake => ({ mistake, at })

  const close = (element: OpenElement): void => {
    const { name, children, text } = element
    const done = { name, children, text }
    const parent = open.at(-1)
    if (parent === undefined) root = done
    else parent.children.push(done)
  }

  while (at < source.length) {
    const current = open.at(-1)
    const next = source.indexOf('<', at)
    const text = next === -1 ? source.slice(at) : source.slice(at, next)
    if (text !== '') {
      if (current === undefined && text.trim() !== '') return wrong('text outside the root element')
      const resolved = resolveEntities(text)
      if (resolved === undefined) return wrong('an entity or character that XML does not have')
      if (current !== undefined) current.text += resolved
    }
    if (next === -1) break
    at = next
    if (source.startsWith('<!--', at)) {
      const end = source.indexOf('-->', at + 4)
      if (end === -1) return wrong('a comment without an end')
      at = end + 3
    } else if (source.startsWith('<![CDATA[', at)) {
      const end = source.indexOf(']]>', at + 9)
      if (end === -1 || current === undefined) return wrong('CDATA without an end or outside of an element')
      current.text += source.slice(at + 9, end)
      at = end + 3
    } else if (source.startsWith('<?', at)) {
      const end = source.indexOf('?>', at + 2)
      if (end === -1) return wrong('a declaration without an end')
      at = end + 2
    } else if (source.startsWith('<!', at)) return wrong('a document type, which is not taken')
    else {
      tagPattern.lastIndex = at
      const tag = tagPattern.exec(source)
      if (tag === null) return wrong('a tag that is not well formed')
      const [whole, slash, qualified = '', isEmpty] = tag
      if (slash === '/') {
        if (current?.tag !== qualified) return wrong(`</${shown(qualified)}> closes nothing that is open`)
        open.pop()
        close(current)
      } else {
        if (root !== undefined && current === undefined) return wrong('a second root element')
        if (++elements > requestLimits.elementsMax || open.length >= requestLimits.depthMax)
          return wrong(
            `more than ${requestLimits.elementsMax} elements or ${requestLimits.depthMax} levels of them`,
          )
        const element = { tag: qualified, name: localName(qualified), children: [], text: '' }
        if (isEmpty === '/') close(element)
        else open.push(element)
      }
      at += whole.length
    }
  }
  if (open.length > 0) return wrong(`<${shown(open.at(-1)?.tag ?? '')}> is not closed`)
  return root ?? wrong('no element')
}

/** Of attributes only the form is read. No part of this can match in two ways, so it takes linear time. */
const tagPattern =
  /<(\/?)([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)(?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(\/?)>/y

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function resolveEntities(text: string): string | undefined {
  let isWrong = notInXml.test(text)
  if (!text.includes('&')) return isWrong ? undefined : normalizedLines(text)
  const resolved = normalizedLines(text).replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-z]{2,4}));|&/g,
    (_, hex?: string, decimal?: string, name?: string) => {
      const code =
        hex !== undefined ? Number.parseInt(hex, 16) : decimal !== undefined ? Number(decimal) : undefined
      const character =
        code !== undefined
          ? characterOf(code)
          : Object.hasOwn(named, name ?? '')
            ? named[name ?? '']
            : undefined
      if (character === undefined) isWrong = true
      return character ?? ''
    },
  )
  return isWrong ? undefined : resolved
}

/** XML 1.0 section 2.2: control characters but tab, line feed and carriage return are in no document. */
const notInXml = /[^\P{Cc}\t\n\r\u007f-\u009f]|[\ufffe\uffff]/u

function characterOf(code: number): string | undefined {
  if (code > 0x10_ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined
  const character = String.fromCodePoint(code)
  return notInXml.test(character) ? undefined : character
}

/** XML 1.0 section 2.11. */
function normalizedLines(text: string): string {
  return text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text
}

function localName(qualified: string): string {
  return qualified.slice(qualified.indexOf(':') + 1)
}

function shown(text: string): string {
  return text.slice(0, requestLimits.shownCharactersMax)
}
