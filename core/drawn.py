"""Documents drawn from the tables: who may do what, and the lifecycles. `flask docs` writes them, a test compares."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from core.access import ANYONE, SIGNED_IN, Access
from core.lifecycle import Lifecycle

Label = Callable[[str], str]
PLAIN: Mapping[str, str] = {ANYONE: "任何人", SIGNED_IN: "登录者", "system": "系统"}


def access_page(table: Mapping[str, Sequence[Access]], label: Label) -> str:
    """Return the authorisation table as Markdown: a line for each verb and group of roles."""
    lines = [
        "# 谁可以做什么",
        "",
        "由代码中的授权表生成（`flask --app app docs`）。“本单位”：只有事项所属的单位可以；“已认证”：单位须通过认证。",
        "",
        "| 动作 | 含义 | 角色 | 限制 |",
        "|---|---|---|---|",
    ]
    for verb in sorted(table):
        for row in table[verb]:
            limits = [word for word, on in (("本单位", row.owner), ("已认证", row.verified)) if on]
            lines.append(f"| `{verb}` | {row.label} | {_roles(row.roles, label)} | {'、'.join(limits)} |")
    return "\n".join(lines) + "\n"


def lifecycles_page(lifecycles: Iterable[Lifecycle], label: Label) -> str:
    """Return every lifecycle as a diagram and a table of its moves."""
    parts = ["# 生命周期\n\n由代码中的表生成（`flask --app app docs`）。\n"]
    parts += [f"## {one.name}\n\n{_diagram(one)}\n\n{_moves(one, label)}\n" for one in lifecycles]
    return "\n".join(parts)


def _diagram(lifecycle: Lifecycle) -> str:
    states = [f'    state "{label}" as {state}' for state, label in lifecycle.states.items()]
    moves = [f"    {move.source} --> {move.target}: {move.label}" for move in lifecycle.moves]
    return "\n".join(["```mermaid", "stateDiagram-v2", *states, *moves, "```"])


def _moves(lifecycle: Lifecycle, label: Label) -> str:
    rows = ["| 从 | 动作 | 到 | 角色 | 条件 |", "|---|---|---|---|---|"]
    for move in lifecycle.moves:
        source, target = lifecycle.states[move.source], lifecycle.states[move.target]
        guard = "有" if move.guard else ""
        rows.append(f"| {source} | {move.label} `{move.verb}` | {target} | {_roles(move.roles, label)} | {guard} |")
    return "\n".join(rows)


def _roles(roles: Iterable[str], label: Label) -> str:
    return "、".join(PLAIN.get(role) or label(role) for role in sorted(roles))
