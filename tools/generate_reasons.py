#!/usr/bin/env python3
"""Makes kith/reason.hpp from api/kith/v1/errors.proto: the enum and the table of code and retry rule of each reason."""
import re
import sys

source, target = sys.argv[1:3]
pattern = re.compile(r'REASON_(\w+) = (\d+)(?: \[\(rule\) = \{code: "(\w+)", retry: RETRY_(\w+)\}\])?;')
reasons = [m.groups() for m in pattern.finditer(open(source, encoding="utf-8").read()) if m.group(1) != "UNSPECIFIED"]
if not reasons or any(code is None for _, _, code, _ in reasons):
    sys.exit(f"{source}: every reason needs a rule")


def camel(name):
    return "k" + "".join(word.capitalize() for word in name.split("_"))


with open(target, "w", encoding="utf-8") as out:
    out.write("// Generated from api/kith/v1/errors.proto; do not edit.\n#pragma once\n\n")
    out.write("#include <cstdint>\n#include <string_view>\n\n")
    out.write("namespace kith {\n\nenum class Reason : uint16_t {\n")
    for name, number, _, _ in reasons:
        out.write(f"  {camel(name)} = {number},\n")
    out.write("};\n\n")
    out.write("enum class Retry : uint8_t { kNever = 1, kLater = 2, kAfterLogin = 3 };\n\n")
    out.write("/// What the registry fixes for a reason: name, its Connect code, whether to ask again.\n")
    out.write("struct ReasonRule {\n  Reason reason;\n  std::string_view name;\n  std::string_view code;\n")
    out.write("  Retry retry;\n};\n\n")
    out.write("inline constexpr ReasonRule kReasonRules[] = {\n")
    for name, _, code, retry in reasons:
        out.write(f'    {{Reason::{camel(name)}, "REASON_{name}", "{code}", Retry::{camel(retry)}}},\n')
    out.write("};\n\nconstexpr const ReasonRule& rule_of(Reason reason) {\n")
    out.write("  for (const ReasonRule& rule : kReasonRules) {\n    if (rule.reason == reason) return rule;\n  }\n")
    out.write("  return kReasonRules[sizeof(kReasonRules) / sizeof(kReasonRules[0]) - 1];\n}\n\n}  // namespace kith\n")
