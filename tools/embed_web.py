#!/usr/bin/env python3
"""Makes web_assets.S from web/dist: a table of (path, media type, encoding, etag, bytes) that api/static_files reads.

Text is stored brotli-compressed only (every browser that can run the client accepts it); a client that does not is
answered after decompression. Without web/dist the table is empty.
"""
import hashlib
import pathlib
import subprocess
import sys

dist, generated = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
blobs = generated / "web"
blobs.mkdir(parents=True, exist_ok=True)
TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2",
    ".json": "application/json", ".webmanifest": "application/manifest+json", ".txt": "text/plain; charset=utf-8",
}
COMPRESSED = {".woff2", ".png", ".ico"}

rows, data = [], []
files = sorted(p for p in dist.rglob("*") if p.is_file()) if dist.is_dir() else []
for index, path in enumerate(files):
    raw = path.read_bytes()
    etag = hashlib.sha256(raw).hexdigest()[:32]
    encoding, blob = "", path
    if path.suffix not in COMPRESSED:
        blob = blobs / f"{etag}.br"
        if not blob.exists():
            # Under another name first: the next build must not take half a file of an interrupted one for whole.
            unfinished = blob.with_suffix(".unfinished")
            subprocess.run(["brotli", "--best", "--force", "--output=" + str(unfinished), str(path)], check=True)
            unfinished.rename(blob)
        encoding = "br"
    media_type = TYPES.get(path.suffix, "application/octet-stream")
    strings = ["/" + path.relative_to(dist).as_posix(), media_type, encoding, etag]
    labels = []
    for kind, text in zip("ptee", strings):
        label = f".Ls{len(data)}"
        labels.append(label)
        data.append(f'{label}: .asciz "{text}"')
    data.append(f'.Lb{index}: .incbin "{blob}"\n.Le{index}:')
    rows.append("  .quad " + ", ".join(labels) + f", .Lb{index}, .Le{index} - .Lb{index}")

with open(generated / "web_assets.S", "w", encoding="utf-8") as out:
    out.write('  .section .note.GNU-stack,"",%progbits\n  .section .data.rel.ro,"aw"\n  .balign 8\n')
    out.write("  .globl kith_web_assets\nkith_web_assets:\n" + "\n".join(rows) + "\n")
    out.write("  .globl kith_web_assets_count\nkith_web_assets_count:\n" + f"  .quad {len(rows)}\n")
    out.write("  .section .rodata\n" + "\n".join(data) + "\n")
