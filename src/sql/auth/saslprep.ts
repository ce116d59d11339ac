/** RFC 3454 C.1.2, without U+0020: spaces that become a plain space. */
const otherSpaces = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu
/** RFC 3454 B.1: commonly mapped to nothing. U+200B is in both tables; as PostgreSQL does, it becomes a space. */
const ignored =
  /\u{34f}|[\u{180b}-\u{180d}]|[\u{fe00}-\u{fe0f}]|\u{200c}|\u{200d}|[\u{ad}\u{1806}\u{2060}\u{feff}]/gu
/** RFC 3454 C.2 to C.9: control, private use, non-character, surrogate, inappropriate, display and tagging. */
const prohibited =
  /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\u06dd\u070f\u180e\u2028\u2029\u2061-\u2063\u206a-\u206f\ufff9-\ufffd\u{1d173}-\u{1d17a}\u2ff0-\u2ffb\u200e\u200f\u202a-\u202e\u{e0001}\u{e0020}-\u{e007f}]|\u{340}|\u{341}/u
const rightToLeft = /[\u05be\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u
const rightToLeftEnds =
  /^[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}](?:.*[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}])?$/su
const leftToRight =
  /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u

/**
 * SASLprep (RFC 4013) of a password, with PostgreSQL's rule that a password which it prohibits is used as it is. Two tables are
 * approximated by Unicode properties: letter direction by script, and code points unassigned in Unicode 3.2 are let through.
 */
export function preparePassword(password: string): Uint8Array {
  return Buffer.from(prepared(password) ?? password, 'utf8')
}

function prepared(password: string): string | undefined {
  // Printable ASCII is already prepared, and nearly every password is that.
  if (/^[\x20-\x7e]*$/.test(password)) return password
  const normal = password.replace(otherSpaces, ' ').replace(ignored, '').normalize('NFKC')
  if (normal === '' || prohibited.test(normal)) return undefined
  if (rightToLeft.test(normal) && (leftToRight.test(normal) || !rightToLeftEnds.test(normal)))
    return undefined
  return normal
}
