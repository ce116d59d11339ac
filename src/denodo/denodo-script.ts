import {
  configurationFile,
  type DenodoSettings,
  denodoProperties,
  expectedKeys,
  keyStorePasswordKey,
  regenerateScript,
  shutdownScript,
  startupScript,
} from './server-settings.ts'

/**
 * A script for bash that does on the server what `everport denodo configure` does: it sets these keys, keeps the file otherwise as it is with a backup beside
 * it, regenerates what follows from it, and restarts the server. Where everything is as wanted it does nothing. It needs no program but the system's own,
 * and no secret stands in it: a password is read from a file on the server.
 */
export function denodoScript(home: string, settings: DenodoSettings): string {
  const { tls } = settings
  const lines = [...denodoProperties(settings)].map(
    ([key, value]) => `set_key ${quoted(key)} ${quoted(value)}`,
  )
  if (tls !== undefined)
    lines.push(`set_key ${quoted(keyStorePasswordKey)} "$(cat -- ${quoted(tls.keyStorePasswordFile)})"`)
  return `#!/bin/bash
# Sets what this server must know to stand behind its load balancer. Run again, it changes nothing more.
set -euo pipefail
home=${quoted(home)}
file="$home/${configurationFile}"
[ -f "$file" ] || { echo "$file: there is no such file: is the server installed in $home?" >&2; exit 1; }
for key in ${expectedKeys.map(quoted).join(' ')}; do
  grep -qE "^[[:space:]]*\${key//./\\\\.}[[:space:]]*[=:]" "$file" ||
    { echo "$file: has no $key: not the file that was expected, nothing is changed" >&2; exit 1; }
done
umask 077
work=$(mktemp)
trap 'rm -f "$work" "$work.next"' EXIT
cp -- "$file" "$work"

# set_key KEY VALUE: in every place where it stands, or at the end.
set_key() {
  KEY=$1 VALUE=\${2//\\\\/\\\\\\\\} awk '
    BEGIN { key = ENVIRON["KEY"]; value = ENVIRON["VALUE"]; if (value ~ /^ /) value = "\\\\" value }
    function goes_on(line) { sub(/\\r$/, "", line); return match(line, /\\\\+$/) && RLENGTH % 2 == 1 }
    skipping { skipping = goes_on($0); next }
    continued { continued = goes_on($0); print; next }
    {
      line = $0
      sub(/^[ \\t\\f]*/, "", line)
      rest = substr(line, length(key) + 1)
      if (index(line, key) == 1 && rest ~ /^[ \\t\\f]*([=:]|$|\\r)/) {
        old = rest
        sub(/^[ \\t\\f]*[=:]?[ \\t\\f]*/, "", old)
        sub(/\\r$/, "", old)
        match($0, /^[ \\t\\f]*/)
        if (old == value) print
        else print substr($0, 1, RLENGTH) key "=" value ($0 ~ /\\r$/ ? "\\r" : "")
        skipping = goes_on($0)
        done = 1
        next
      }
      if (line !~ /^[#!]/) continued = goes_on($0)
      print
    }
    END { if (!done) { if (continued) print ""; print key "=" value } }
  ' "$work" >"$work.next"
  mv -- "$work.next" "$work"
}

${lines.join('\n')}

if cmp -s -- "$work" "$file"; then
  echo "$file: as wanted already"
  exit 0
fi
cp -p -- "$file" "$file.before-everport-$(date +%Y%m%d%H%M%S)"
cat -- "$work" >"$file"
echo "$file: changed, the old one is beside it"
"$home/${regenerateScript}"
if [ -x "$home/${shutdownScript}" ]; then "$home/${shutdownScript}" safe || true; fi
"$home/${startupScript}"
`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
