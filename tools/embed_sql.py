#!/usr/bin/env python3
"""Makes store/sql.hpp from server/sql: each file area/name.sql becomes the constant kith::sql::area::kName.

A twin area/name.postgres.sql holds the PostgreSQL text where the dialects differ. Files in migrations/ become the
ordered list kith::sql::kMigrations.
"""
import pathlib
import re
import sys

root, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


def camel(name):
    return "k" + "".join(part.capitalize() for part in re.split(r"[_\-]", name))


def literal(path):
    text = path.read_text(encoding="utf-8").strip()
    return f'R"__sql__({text})__sql__"' if text else '""'


areas = {}
for path in sorted(root.rglob("*.sql")):
    if path.name.endswith(".postgres.sql") or path.parent.name == "migrations":
        continue
    areas.setdefault(path.parent.name, []).append(path)
migrations = sorted((root / "migrations").glob("*.sql")) if (root / "migrations").is_dir() else []

with open(target, "w", encoding="utf-8") as out:
    out.write("// Generated from server/sql; do not edit.\n#pragma once\n\n#include <string_view>\n\n")
    out.write("namespace kith::sql {\n\n")
    out.write("/// A statement: its name for errors and its text in each dialect.\n")
    out.write("struct Sql {\n  std::string_view name;\n  const char* sqlite;\n  const char* postgres;\n};\n\n")
    for area, paths in sorted(areas.items()):
        out.write(f"namespace {area} {{\n")
        for path in paths:
            twin = path.with_name(path.stem + ".postgres.sql")
            values = f'"{area}/{path.stem}", {literal(path)}, {literal(twin if twin.exists() else path)}'
            out.write(f"inline constexpr Sql {camel(path.stem)}{{{values}}};\n")
        out.write(f"}}  // namespace {area}\n\n")
    out.write("inline constexpr Sql kMigrations[] = {\n")
    for path in migrations:
        if path.name.endswith(".postgres.sql"):
            continue
        twin = path.with_name(path.stem + ".postgres.sql")
        values = f'"migrations/{path.stem}", {literal(path)}, {literal(twin if twin.exists() else path)}'
        out.write(f"    {{{values}}},\n")
    out.write('    {"", "", ""},  // the end\n};\n\n}  // namespace kith::sql\n')
