#!/bin/sh
# Starts the web function on a custom runtime of Function Compute: looks for a Node.js that sharp can run on (20.9 or later),
# newest first, where the platform's images keep theirs, then on PATH.
# https://help.aliyun.com/zh/functioncompute/fc/user-guide/web-functions
cd "$(dirname "$0")" || exit 1

images="${ORIGIN_NODE_IMAGES:-/var/fc/lang}" # another folder only in tests
tried=''
for node in "$images/nodejs24/bin/node" "$images/nodejs22/bin/node" "$images/nodejs20/bin/node" \
  "$images/nodejs18/bin/node" "$(command -v node)"; do
  [ -n "$node" ] || node='node on PATH'
  if [ ! -x "$node" ]; then
    tried="$tried
  $node: not there"
    continue
  fi
  version="$("$node" --version 2>&1 | head -n 1)"
  major="${version#v}"
  minor="${major#*.}"
  major="${major%%.*}"
  minor="${minor%%.*}"
  case "$major$minor" in
    '' | *[!0-9]*) ;;
    *)
      if [ "$major" -gt 20 ] || { [ "$major" -eq 20 ] && [ "$minor" -ge 9 ]; }; then
        exec "$node" web.js "$@"
      fi
      ;;
  esac
  tried="$tried
  $node: $version"
done

echo "bootstrap: Expected Node.js 20.9 or later, found none. Looked for:$tried
Set runtime: custom.debian10 in s.yaml, whose image has Node.js 20." >&2
exit 1
