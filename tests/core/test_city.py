"""`city.toml` is checked whole at start-up; another city needs another file and no code."""

from pathlib import Path

import pytest

from core.city import load_city, named, term
from core.settings import ROOT, SettingsError
from tests.conftest import make_app
from tests.pages import PageClient, visible

SECOND = ROOT / "tests" / "cities" / "linjiang.toml"


def test_this_citys_taxonomy_is_article_ten() -> None:
    city = load_city(ROOT / "city.toml")
    assert [item.name for item in city.systems] == [
        "千行百业+AI",
        "公共服务+AI",
        "城市治理+AI",
        "新型工业化",
        "现代服务业",
    ]
    assert len(city.domains) == 15
    assert term(city.domains, "healthcare") == named(city.domains, "医疗")
    assert term(city.domains, "nothing") is None
    assert city.landing_target
    assert city.landing_target.value == 40


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('prefix = "LJ"', 'prefix = "lj-1"', "prefix"),
        ('code = "rescue"', 'code = "logistics"', "logistics"),
        ('hotline = "12345"', "", "footer.hotline"),
        ('name = "低空应用"', 'name = "低空应用"\ncolour = "red"', "systems.0.colour"),
        ('districts = ["全市", "江北区", "江南区"]', "districts = []", "districts"),
        ("[footer]", "[footer", "linjiang.toml"),
        ('closed = ["2026-10-01"]', 'closed = ["2026-13-01"]', "holidays.closed.0"),
    ],
)
def test_a_mistake_in_the_file_is_one_line_with_its_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    text = SECOND.read_text()
    assert old in text
    path = tmp_path / "linjiang.toml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(SettingsError) as caught:
        load_city(path)
    assert place in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_site_is_the_second_citys(tmp_path: Path) -> None:
    from core.extensions import db

    app = make_app(tmp_path, city_file=SECOND)
    with app.app_context():
        db.create_all()
        client = PageClient(app)
        for path in ("/", "/scenarios", "/about", "/accessibility"):
            page = visible(client.get(path))
            assert "临江" in page
            assert "深圳" not in page
        assert "低空物流" in visible(client.get("/"))
        db.engine.dispose()
