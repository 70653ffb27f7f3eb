#!/usr/bin/env bash
# Trains the fixed zstd dictionary of packed blocks from text that is our own: a corpus of everyday phrases
# (tools/dictionary_phrases.txt) and this repository's documentation. Messages of users never take part, so nothing that
# is erased can live on in it. A dictionary that servers have used is never replaced: train a second one beside it.
#
#   tools/train_dictionary.sh > server/src/store/dictionary_1.inc
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$root/tools/dictionary_samples.py" "$root" "$work"
zstd -q --train "$work"/*.txt --maxdict=65536 -o "$work/dictionary" --dictID=1
python3 - "$work/dictionary" <<'PYTHON'
import sys
data = open(sys.argv[1], "rb").read()
print("// Made by tools/train_dictionary.sh; never changed.")
for start in range(0, len(data), 24):
    print(",".join(str(byte) for byte in data[start:start + 24]) + ",")
PYTHON
