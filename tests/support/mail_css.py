"""Holds the styles of a letter against what mail programs draw, by a table after caniemail.com (2026).

Gmail, Outlook for Windows (which draws with Word), Apple Mail and Thunderbird are looked at: a property is allowed if
all of them know it, or if a program that does not leaves a letter that reads as well without it.
"""

import tinycss2  # type: ignore[import-untyped]

EVERYWHERE = frozenset(
    {
        "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left", "border-top",
        "color", "display", "font-family", "font-size", "font-weight", "line-height", "margin", "margin-bottom",
        "margin-right", "margin-top", "padding", "padding-left", "padding-top", "text-align", "text-decoration",
        "width",
    }
)  # fmt: skip
# Property -> what a program without it shows instead.
GRACEFUL = {
    "border-radius": "Outlook for Windows draws square corners",
    "max-height": "only hides the preheader once more, where display is known",
    "max-width": "Outlook takes the width of the table",
    "overflow": "as max-height",
    "page-break-after": "a heading may stand last on a sheet",
    "page-break-inside": "an item may be torn between two sheets",
    "word-break": "Outlook breaks long words at its edge by itself",
}
# Word draws a coloured link, not a button: the colour and the edge belong to a cell around it.
NOT_AT_LINKS = frozenset({"background-color", "border"})
# Word knows neither flex nor grid.
DISPLAYS = frozenset({"none", "block", "inline-block"})
UNITS = frozenset({"px", "%"})
MEDIA = frozenset({"print", "(max-width: 480px)", "(prefers-color-scheme: dark)"})


def faults_of_declarations(style: str, where: str) -> list[str]:
    """What mail programs could not draw of one style attribute or block."""
    found = []
    for one in tinycss2.parse_declaration_list(style, skip_comments=True, skip_whitespace=True):
        if one.type != "declaration":
            found.append(f"{where}: no declaration: {one.serialize()}")
            continue
        found += [f"{where}: {one.name}: {fault}" for fault in _faults(one)]
        if where == "a" and one.name in NOT_AT_LINKS:
            found.append(f"{where}: {one.name}: Outlook for Windows draws a coloured link")
    return found


def faults_of_sheet(css: str) -> list[str]:
    """What mail programs could not use of a style element: nothing but the known media stands in one."""
    found = []
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type != "at-rule" or rule.at_keyword != "media":
            found.append(f"neither inlined nor for a medium: {rule.serialize()[:60]}")
            continue
        medium = tinycss2.serialize(rule.prelude).strip()
        if medium not in MEDIA:
            found.append(f"unknown medium {medium}")
        for inner in tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True):
            found += _faults_within(inner, medium)
    return found


def _faults_within(rule: tinycss2.ast.Node, medium: str) -> list[str]:
    if rule.type != "qualified-rule":
        return [f"{medium}: {rule.serialize()[:60]}"]
    selector = tinycss2.serialize(rule.prelude).strip()
    found = [f"{medium}: selector {selector}" for token in rule.prelude if token.type in ("[] block", "hash")]
    style = tinycss2.serialize(rule.content)
    # The inlined styles would win otherwise.
    unimportant = [
        one.name
        for one in tinycss2.parse_declaration_list(style, skip_comments=True, skip_whitespace=True)
        if one.type == "declaration" and not one.important
    ]
    found += [f"{medium}: {selector}: {name} is not important" for name in unimportant]
    return found + faults_of_declarations(style, f"{medium}: {selector}")


def _faults(one: tinycss2.ast.Declaration) -> list[str]:
    found = [] if one.name in EVERYWHERE or one.name in GRACEFUL else ["not in every mail program"]
    values = [token for token in one.value if token.type != "whitespace"]
    if one.name == "display":
        found += [f"{token.value}" for token in values if token.value not in DISPLAYS]
    for token in values:
        if token.type == "dimension" and token.unit not in UNITS:
            found.append(f"unit {token.unit}")
        if token.type in ("url", "function"):
            found.append(f"{token.type} in a letter")
    return found
