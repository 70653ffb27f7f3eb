"""Looks at C++ text without compiling it: code without comments and strings, and where functions begin and end."""
import re

_TOKENS = re.compile(
    r"""//[^\n]*                                                   # a comment to the end of the line
      | /\*.*?\*/                                                 # a comment
      | R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"              # a raw string
      | "(?:\\.|[^"\\\n])*"                                      # a string
      | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'                      # a character, not a digit separator
    """,
    re.DOTALL | re.VERBOSE,
)
_NOT_FUNCTIONS = re.compile(r"(if|else|for|while|switch|do|try|catch|enum|return|co_return)\b")
# What ends a co_await expression, and the captures of lambdas in it.
_AWAIT_TOKENS = re.compile(r"[(){};]|(?<![\w\])])\[(?P<captures>[^\[\]]*)\](?=\s*(?:[({]|mutable\b|->))")
# A constructor's header up to a member that is initialised with braces.
_MEMBER_INITIALISER = re.compile(r"\)\s*(noexcept\s*)?:\s[^?]*\w$")
_SCOPES = re.compile(r'(^|\s)(namespace|class|struct|union|extern\s+"[^"]*")(\s|$)')


def blank(text):
    """The text with comments and literals turned to spaces: every position and line stays where it was."""
    return _TOKENS.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def functions(code):
    """(name, line, length in lines) of each function with a body; `code` comes from blank()."""
    code = _without_directives(code)
    found, scopes, start = [], [], 0
    for match in re.finditer(r"[{};]", code):
        here = match.start()
        if match.group() == "{":
            header = code[start:here]
            scopes.append((*_kind(header, [kind for kind, _, _ in scopes]), start))
        elif match.group() == "}" and scopes:
            kind, name, opened = scopes.pop()
            if kind == "initialiser":
                start = opened
                continue
            if kind == "function":
                line = code.count("\n", 0, opened + _indent(code[opened:here])) + 1
                found.append((name, line, code.count("\n", 0, here) + 2 - line))
        elif match.group() == ";" and _open_parentheses(code[start:here]):
            continue
        start = match.end()
    return found


def owning_lambdas_in_await(code):
    """Line of each lambda that owns a capture and is a temporary of a co_await expression."""
    lines = []
    for match in re.finditer(r"\bco_await\b", code):
        parentheses = braces = 0
        for token in _AWAIT_TOKENS.finditer(code, match.end()):
            text = token.group()
            parentheses += (text == "(") - (text == ")")
            braces += (text == "{") - (text == "}")
            if parentheses < 0 or braces < 0 or (text == ";" and braces == 0):
                break
            captures = [part.strip() for part in (token.group("captures") or "").split(",")]
            if braces == 0 and any(part and not part.startswith("&") and part != "this" for part in captures):
                lines.append(code.count("\n", 0, token.start()) + 1)
    return lines


def _without_directives(code):
    directive = re.compile(r"^[ ]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
    return directive.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), code)


def _indent(header):
    """How many characters stand before the declaration itself."""
    return re.match(r"\s*(?:(?:public|private|protected)\s*:\s*)?", header).end()


def _open_parentheses(text):
    return text.count("(") > text.count(")")


def _kind(header, outer):
    """What a brace opens: ("function", name), a "scope" of declarations, an "initialiser" in a header, or a "block"."""
    if "function" in outer:
        return ("block", "")
    header = re.sub(r"\b(public|private|protected)\s*:", " ", header).strip()
    if _MEMBER_INITIALISER.search(header):
        return ("initialiser", "")
    bare = re.sub(r"^template\s*<[^{}]*?>\s*(?=\w)", "", header)
    name = re.search(r"(operator\s*\S+|[~\w:]+)\s*\(", bare)
    if _SCOPES.search(bare) and not (name and bare.endswith(")")):
        return ("scope", "")
    if name is None or _NOT_FUNCTIONS.match(bare) or re.search(r"=\s*$|=\s*\[", bare):
        return ("block", "")
    # A test is named by its macro's arguments.
    test = re.match(r"TEST(?:_F|_P)?\s*\(\s*(\w+)\s*,\s*(\w+)", bare)
    return ("function", f"{test.group(1)}.{test.group(2)}" if test else name.group(1).strip())
