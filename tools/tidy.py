#!/usr/bin/env python3
"""Checks the house rules: layers, banned calls, lengths, dead files, first-line comments, leftovers, machine paths.

The tables are in tools/tidy.toml. A line may break a rule of [[banned]] where it says why:
`// tidy: naked new, <reason>`.
Prints one line per finding and exits with 1 if there is any.
"""
import pathlib
import re
import subprocess
import sys
import tomllib

from cpp_source import blank, functions, owning_lambdas_in_await

CPP = (".cpp", ".hpp")
SOURCE_SUFFIXES = CPP + (".py", ".mjs", ".ts", ".svelte", ".css", ".sql", ".proto", ".cmake", ".sh")
LINE_LIMIT_SUFFIXES = CPP + (".py", ".cmake", ".sh")
FILE_LINES = 500
FIRST_LINE = {
    ".cpp": "// ", ".hpp": "// ", ".ts": "// ", ".mjs": "// ", ".proto": "// ", ".sql": "-- ", ".css": "/* ",
    ".svelte": "<!--", ".cmake": "# ", ".sh": "# ",
}
MACHINE_PATH = re.compile(r"(?<![\w.$}\-])/(?:work|farm|root|home/\w+)/")
LEFTOVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b(?!\(#\d+\))")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
MARKDOWN_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)\s]+)\)")
WEB_IMPORT = re.compile(r"""(?:from|import|import\(|new URL\()\s*['"](\.{1,2}/[^'"?]+)""")


def project_files(root):
    """Tracked and new files, as paths relative to the root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout.decode()
    names = sorted(set(listing.split("\0")) - {""})
    return [name for name in names if (root / name).is_file()]


class Tidy:
    """The files of a project, the rules, and what was found."""

    def __init__(self, files, rules):
        self.files = files  # name → text; text is None for binary files
        self.rules = rules
        self.findings = []

    def check(self):
        for name, text in self.files.items():
            if text is None:
                continue
            self.check_text(name, text)
            if name.startswith("server/") and name.endswith(CPP):
                self.check_cpp(name, text)
        self.check_dead_headers()
        self.check_dead_statements()
        self.check_dead_tools()
        self.check_dead_web_modules()
        self.check_spent_exceptions()
        return sorted(self.findings)

    def report(self, name, line, message):
        self.findings.append((name, line, message))

    # --- every file ---

    def check_text(self, name, text):
        suffix = pathlib.PurePath(name).suffix
        lines = text.split("\n")
        for number, line in enumerate(lines, 1):
            if MACHINE_PATH.search(line):
                self.report(name, number, "a path of one machine")
            if suffix not in SOURCE_SUFFIXES and not name.startswith("script/"):
                continue
            if LEFTOVER.search(line):
                self.report(name, number, "unfinished work needs an issue: TO" "DO(#123)")
            if "\t" in line:
                self.report(name, number, "tab; indent with spaces")
            if suffix in LINE_LIMIT_SUFFIXES and len(line) > 120:
                self.report(name, number, f"{len(line)} characters; at most 120")
        # The name of a test or statement and the header beside a source say what they are.
        introduced = (
            name.endswith(("_test.cpp", ".test.ts", ".spec.mjs"))
            or re.match(r"server/sql/(?!migrations/)", name)
            or (suffix == ".cpp" and name[: -len(suffix)] + ".hpp" in self.files)
        )
        first = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
        if suffix == ".md":
            self.check_links(name, text)
        if suffix in FIRST_LINE and not introduced and not first.startswith(FIRST_LINE[suffix]):
            self.report(name, 1, f"begin with a comment that says what this file is ({FIRST_LINE[suffix].strip()} …)")
        if suffix == ".py" and not re.match(r'(#![^\n]*\n)?"""\w', text):
            self.report(name, 1, "begin with a docstring that says what this file is")
        counted = len(lines) - (lines[-1] == "")
        long_allowed = re.search(r"^(//|#|/\*|<!--) Length: \S", text, re.MULTILINE)
        if suffix in SOURCE_SUFFIXES and counted > FILE_LINES and not long_allowed:
            self.report(name, 1, f"{counted} lines: split it, or say why on a line `// Length: …`")

    def check_links(self, name, text):
        folder = pathlib.PurePosixPath(name).parent
        folders = {str(parent) for other in self.files for parent in pathlib.PurePosixPath(other).parents}
        for match in MARKDOWN_LINK.finditer(text):
            target = _normalise(folder / match.group(1).split("#")[0])
            if target not in self.files and target not in folders:
                self.report(name, text.count("\n", 0, match.start()) + 1, f"no such file: {match.group(1)}")

    # --- C++ ---

    def check_cpp(self, name, text):
        code = blank(text)
        self.check_layers(name, text)
        self.check_banned(name, text, code)
        for line in owning_lambdas_in_await(code):
            # g++ 12 destroys the captures of such a temporary twice.
            self.report(name, line, "a lambda that owns captures inside co_await: name it first, then move it in")
        limit = self.rules["function_lines"]["limit"]
        exceptions = self.rules["function_lines"].get("exceptions", {})
        for function, line, length in functions(code):
            allowed = exceptions.get(f"{name}:{function}", limit)
            if length > allowed:
                self.report(name, line, f"{function}: {length} lines, at most {allowed}")

    def check_layers(self, name, text):
        layer = name.split("/")[2] if name.startswith("server/src/") and name.count("/") > 2 else None
        layers = self.rules["layers"]
        if name.startswith("server/src/") and layer not in layers:
            self.report(name, 1, "not in a folder of the layer table")
            return
        if layer is None:
            return
        for match in INCLUDE.finditer(text):
            included, line = match.group(1), text.count("\n", 0, match.start(1)) + 1
            target = included.split("/")[0]
            if target in layers and target != layer and target not in layers[layer]:
                self.report(name, line, f"{layer} may not include {target}")
            for pattern, owners in self.rules["owned_headers"].items():
                if re.fullmatch(pattern, included) and layer not in owners:
                    self.report(name, line, f"<{included}> belongs to {', '.join(owners)}")

    def check_banned(self, name, text, code):
        source, stripped = text.split("\n"), code.split("\n")
        for rule in self.rules["banned"]:
            if any(name.startswith(prefix) for prefix in rule["unless"]):
                continue
            excuse = re.compile(r"// tidy: " + re.escape(rule["name"]) + r", \w")
            for number, line in enumerate(stripped, 1):
                if re.search(rule["pattern"], line) and not excuse.search(source[number - 1]):
                    self.report(name, number, f"{rule['name']}: instead {rule['instead']}")

    # --- files nobody uses ---

    def check_dead_headers(self):
        cpp = {name: text for name, text in self.files.items() if name.startswith("server/") and name.endswith(CPP)}
        included = {path for text in cpp.values() for path in INCLUDE.findall(text)}
        # A header is named from server/src, from server/tests, from server/bench or from its own folder.
        for name in cpp:
            if not name.endswith(".hpp"):
                continue
            short = re.sub(r"^server/(src|tests|bench|fuzz)/", "", name)
            own_folder = pathlib.PurePath(name)
            beside = any(
                own_folder.name in INCLUDE.findall(text)
                for other, text in cpp.items()
                if pathlib.PurePath(other).parent == own_folder.parent
            )
            if short not in included and not beside:
                self.report(name, 1, "nobody includes this header")

    def check_dead_statements(self):
        used = "\n".join(text for name, text in self.files.items() if name.startswith("server/") and name.endswith(CPP))
        for name in self.files:
            match = re.fullmatch(r"server/sql/(\w+)/(\w+?)(\.postgres)?\.sql", name)
            if not match or match.group(1) == "migrations":
                continue
            constant = "k" + "".join(part.capitalize() for part in match.group(2).split("_"))
            if not re.search(rf"\b{match.group(1)}::{constant}\b", used):
                self.report(name, 1, f"nobody uses sql::{match.group(1)}::{constant}")

    def check_dead_tools(self):
        for name in self.files:
            if not re.fullmatch(r"tools/\w+\.(py|mjs)", name):
                continue
            path = pathlib.PurePath(name)
            mention = re.compile(rf"\b{re.escape(path.name)}\b|\b(?:import|from) {re.escape(path.stem)}\b")
            if not any(text and other != name and mention.search(text) for other, text in self.files.items()):
                self.report(name, 1, "nobody runs this tool")

    def check_dead_web_modules(self):
        web = {name: text for name, text in self.files.items() if re.match(r"web/src/.*\.(ts|svelte)$", name)}
        html = self.files.get("web/index.html") or ""
        imported = set()
        for name, text in {**web, **self.web_scripts()}.items():
            folder = pathlib.PurePosixPath(name).parent
            imported |= {_normalise(folder / path) for path in WEB_IMPORT.findall(text)}
        for name in web:
            entry = name.endswith((".test.ts", ".d.ts")) or name[len("web"):] in html
            stem = re.sub(r"\.(ts|js)$", "", name)
            if not entry and not {name, stem, stem + ".js"} & imported and not self.named_by_build(name):
                self.report(name, 1, "nobody imports this module")

    def web_scripts(self):
        pattern = re.compile(r"web/(e2e|scripts)/.*\.(ts|mjs)$|web/[\w.]+\.ts$")
        return {name: text for name, text in self.files.items() if pattern.match(name)}

    def named_by_build(self, name):
        return any(pathlib.PurePath(name).name in text for text in self.web_scripts().values())

    def check_spent_exceptions(self):
        limit = self.rules["function_lines"]["limit"]
        for key, allowed in self.rules["function_lines"].get("exceptions", {}).items():
            name, _, function = key.partition(":")
            lengths = [length for found, _, length in functions(blank(self.files.get(name) or "")) if found == function]
            if not lengths or max(lengths) <= limit:
                self.report("tools/tidy.toml", 1, f"{key} needs no exception any more")
            elif max(lengths) < allowed:
                self.report("tools/tidy.toml", 1, f"{key} has {max(lengths)} lines now: lower its exception")


def _normalise(path):
    parts = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def read(path):
    """The text of a file, None if it is binary."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    rules = tomllib.loads((root / "tools/tidy.toml").read_text(encoding="utf-8"))
    files = {name: read(root / name) for name in project_files(root)}
    findings = Tidy(files, rules).check()
    for name, line, message in findings:
        print(f"{name}:{line}: {message}")
    print(f"tidy: {len(files)} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
