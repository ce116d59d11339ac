import { assert } from '../../base/assert.ts'
import { writeLeaf } from './leaf-values.ts'
import type { Shape, StructureShape } from './shape.ts'

/** The members of an answer that go into the body. A member that the shape does not have is a mistake of the operation. */
export function writeMembers(shape: StructureShape, value: object): string {
  let xml = ''
  for (const [name, part] of Object.entries(value)) {
    if (part === undefined || part === null) continue
    const member = shape.byName.get(name)
    assert(member !== undefined, `${shape.name} has no member ${name}`)
    if (member.place.kind === 'body') xml += writeElement(member.shape, part, member.xmlName)
  }
  return xml
}

function writeElement(shape: Shape, value: unknown, tag: string): string {
  switch (shape.kind) {
    case 'structure':
      return `<${tag}>${writeMembers(shape, value as object)}</${tag}>`
    case 'list': {
      let items = ''
      for (const item of value as readonly unknown[])
        if (item !== undefined && item !== null) items += writeElement(shape.item, item, shape.itemName)
      return `<${tag}>${items}</${tag}>`
    }
    case 'map': {
      let entries = ''
      for (const [key, part] of Object.entries(value as object))
        entries += `<entry><key>${escapeXml(key)}</key>${writeElement(shape.value, part, 'value')}</entry>`
      return `<${tag}>${entries}</${tag}>`
    }
    case 'leaf':
      return `<${tag}>${escapeXml(writeLeaf(shape.type, value))}</${tag}>`
  }
}

/** Text of an element. Characters that XML 1.0 does not have (section 2.2) become U+FFFD: what a client stored must not break its answers. */
export function escapeXml(text: string): string {
  if (!special.test(text)) return text
  return text.replace(everySpecial, character => escapes[character] ?? '\uFFFD')
}

const special = /[&<>"\r]|[^\P{Cc}\t\n\r\u007f-\u009f]|[\ufffe\uffff]/u
const everySpecial = new RegExp(special, 'gu')
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // A parser would make a line feed of it (section 2.11).
  '\r': '&#xD;',
}
