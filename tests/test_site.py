"""The pages of no feature, the error pages, the large-print edition, and what every page is made of."""

import hashlib
import json
import re
from itertools import chain
from pathlib import Path

import pytest
from flask import Flask, abort

from accounts.access.sign_ins import IDLE, LONGEST
from accounts.people.operations import PAST_KEPT, UNCONFIRMED_KEPT
from core.access import access
from core.assets import asset
from core.city import city
from core.extensions import db
from core.settings import ROOT
from tests.conftest import make_app
from tests.pages import PageClient, visible

STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
GLYPHS = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
TOKENS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", (STATIC / "css" / "tokens.css").read_text()))
VENDORED = re.findall(
    r"^\| `([^`]+)` \|.*`([0-9a-f]{64})` \|$", (STATIC / "vendor" / "README.md").read_text(), re.MULTILINE
)


@pytest.mark.parametrize("path", ["/about", "/privacy", "/accessibility"])
def test_page_carries_what_the_law_asks_of_every_page(client: PageClient, app: Flask, path: str):
    text = visible(client.get(path))
    for value in (city().footer.host, city().footer.icp, city().footer.police, city().footer.hotline):
        assert value in text


def test_privacy_names_the_days_that_the_setting_says(tmp_path: Path):
    app = make_app(tmp_path, conversation_days=17)
    assert "17 天后删除" in visible(PageClient(app).get("/privacy"))


def test_privacy_tells_what_accounts_leave_with_the_days_of_the_settings(tmp_path: Path):
    app = make_app(tmp_path, mail_days=41, backups_kept=43)
    text = visible(PageClient(app).get("/privacy"))
    for words in ("电子邮箱", "Argon2 哈希", "两步验证的密钥", "登录记录", "下载与注销", "随机编号"):
        assert words in text
    assert "记录保存 41 天" in text
    assert "最近 43 份" in text
    assert f"最后一次访问 {PAST_KEPT.days} 天后删除" in text
    assert f"{UNCONFIRMED_KEPT.days} 天后删除" in text
    assert f"登录状态 {IDLE.days} 天没有访问、或满 {LONGEST.days} 天" in text


def test_every_page_leads_to_the_anchors_of_the_audit_log(client: PageClient):
    assert '<a href="/audit/anchors">审计锚点</a>' in client.get("/about").get_data(as_text=True)
    client.get("/audit/anchors")


@pytest.mark.parametrize("code", [400, 403, 404, 405, 413, 429, 500, 418])
def test_error_page_has_the_look_of_the_site_and_a_next_step(app: Flask, code: int):
    app.add_url_rule("/broken", "broken", access("read")(lambda: abort(code)))
    response = PageClient(app).get("/broken", status=code)
    text = visible(response)
    assert str(code) in text
    assert "回到首页" in text
    assert city().footer.hotline in text


def test_unexpected_error_is_a_page_even_without_a_database(tmp_path: Path):
    app = make_app(tmp_path, database_url=f"sqlite:///{tmp_path}/no/such/folder/site.db")
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    app.add_url_rule("/query", "query", access("read")(lambda: str(db.session.scalar(db.select(db.literal(1))))))
    response = PageClient(app).get("/query", status=500)
    assert "服务器出了问题" in visible(response)


def test_large_print_switches_on_and_off_and_returns_to_the_page(client: PageClient):
    response = client.post("/large-print", {"next": "/about?from=test"}, status=303)
    assert response.location == "/about?from=test"
    page = client.get("/about").get_data(as_text=True)
    assert '<html lang="zh-Hans-CN" class="large-print">' in page
    assert "标准版" in page
    client.post("/large-print", {"next": "/about"}, status=303)
    assert 'class="large-print"' not in client.get("/about").get_data(as_text=True)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "about", "", "/a\nb"]
)
def test_large_print_never_leads_off_the_site(client: PageClient, target: str):
    assert client.post("/large-print", {"next": target}, status=303).location == "/"


def test_static_address_follows_the_content(app: Flask, tmp_path: Path):
    file = tmp_path / "a.css"
    app.static_folder = str(tmp_path)
    with app.test_request_context():
        file.write_text("a")
        first = asset("a.css")
        file.write_text("another")
        assert first.startswith("/static/a.css?v=")
        assert asset("a.css") != first
        with pytest.raises(FileNotFoundError):
            asset("missing.css")


def test_static_files_may_be_cached_for_a_year(client: PageClient):
    response = client.raw.get("/static/css/site.css?v=1")
    assert response.cache_control.max_age == 31536000
    response.close()


def test_every_glyph_that_is_named_is_in_the_sprite(app: Flask):
    named = {name for template in TEMPLATES for name in re.findall(r"icon\(\"([a-z0-9-]+)\"", template.read_text())}
    named |= {domain.icon for domain in city().domains if domain.icon}
    assert named, "no template names a glyph: has the macro changed its name?"
    assert named <= GLYPHS


def test_every_vendored_file_is_the_one_in_the_table():
    table = dict(VENDORED)
    files = list(chain((STATIC / "vendor").rglob("*.js"), (STATIC / "vendor").rglob("*.css")))
    assert {str(path.relative_to(STATIC / "vendor")) for path in files} == set(table)
    for path in files:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == table[str(path.relative_to(STATIC / "vendor"))]


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT_PAIRS = [
    *(
        (ink, ground)
        for ink in ("ink", "ink-soft", "teal", "teal-dark", "navy")
        for ground in ("paper", "surface", "sunken", "grey-wash")
    ),
    ("teal-dark", "teal-wash"),
    ("gold", "gold-wash"),
    ("red", "paper"),
    ("red", "red-wash"),
    ("ink", "mark"),
    ("navy-ink", "navy"),
    ("navy-soft", "navy"),
    ("navy-soft", "navy-deep"),
    ("teal-bright", "navy"),
    ("gold-bright", "navy"),
]


@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_has_the_contrast_of_level_aa(ink: str, ground: str):
    assert _contrast(TOKENS[ink], TOKENS[ground]) >= 4.5


@pytest.mark.parametrize("line", ["line-strong", "gold-line", "teal"])
def test_controls_and_figures_stand_out_from_the_page(line: str):
    assert _contrast(TOKENS[line], TOKENS["paper"]) >= 3


@pytest.mark.parametrize(("path", "label"), [("/scenarios", "场景清单"), ("/policies", "行动方案")])
def test_menu_marks_the_page_it_is_on(client: PageClient, path: str, label: str):
    page = client.get(path).get_data(as_text=True)
    menu = page[page.index('class="main-menu"') : page.index("</nav>")]
    assert re.findall(r'aria-current="page">([^<]+)<', menu) == [label]


def test_htmx_is_told_not_to_evaluate_code_nor_to_touch_styles(client: PageClient):
    page = client.get("/about").get_data(as_text=True)
    found = re.search(r"name=\"htmx-config\" content='([^']+)'", page)
    assert found
    config = json.loads(found[1])
    assert config["allowEval"] is False
    assert config["includeIndicatorStyles"] is False
    assert "style" not in config["attributesToSettle"]
