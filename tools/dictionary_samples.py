#!/usr/bin/env python3
"""Writes training samples for tools/train_dictionary.sh: pages of messages made of our own phrases, words and docs."""
import pathlib
import random
import re
import sys

root, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
SAMPLES = 600
MESSAGES = 40

phrases = (root / "tools/dictionary_phrases.txt").read_text(encoding="utf-8").splitlines()
sentences = [part for line in phrases for part in re.findall(r"[^.!?]+[.!?]+|[^.!?]+$", line)]
for page in sorted((root / "docs").glob("*.md")):
    text = re.sub(r"[`*#|>\[\]()]", " ", page.read_text(encoding="utf-8"))
    sentences += [" ".join(part.split()) for part in re.findall(r"[A-Z][^.!?|]{20,200}[.!?]", text)]
words = [word for line in phrases for word in line.split()]
generator = random.Random(1)
for number in range(SAMPLES):
    lines = []
    for _ in range(MESSAGES):
        if generator.random() < 0.6:
            lines.append(" ".join(generator.sample(sentences, generator.randint(1, 3))))
        else:
            lines.append(" ".join(generator.choices(words, k=generator.randint(3, 20))))
    (out / f"{number:04}.txt").write_text("".join(lines), encoding="utf-8")
