"""`flask catalog …` and `flask demo …`."""

from collections.abc import Sequence
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from core import clock
from core.audit import Actor
from core.city import city
from core.cli import one_line
from core.errors import InvalidInputError
from core.extensions import db
from core.registry import Progress, Room
from core.settings import settings
from retrieval.embedder import ModelError
from retrieval.operations import fill_vectors, save_indexes
from scenario_catalog import demo, intake, operations, queries, sheet
from scenario_catalog.columns import COLUMNS, TITLE_LENGTH
from scenario_catalog.importing import ListError
from scenario_catalog.similarity import cli as similarity

NAMES = [(column.name, column.required) for column in COLUMNS]
OPERATOR = Actor(id="cli", role="system")

commands = AppGroup("catalog", help="Scenario lists.")
commands.add_command(similarity.similar_command)
commands.add_command(similarity.evaluate_command)
demo_commands = AppGroup("demo", help="The invented demonstration data.")


@commands.command("import", epilog=f"列（* 为必填）：{'、'.join(name + '*' * required for name, required in NAMES)}")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.xlsx|FILE.json")
@click.option("--publish", metavar="BATCH", help="Publish the list at once, as a batch of this title.")
@click.option("--create-agencies", is_flag=True, help="Register agencies that are not known yet.")
def import_list(file: Path, publish: str | None, create_agencies: bool) -> None:
    """Import a list of scenarios, all rows or none; as drafts unless a batch is named."""
    session = db.session()
    try:
        title = _batch_title(publish)
        found = sheet.read(file)
        taken = intake.take(session, OPERATOR, found, create_agencies=create_agencies, publish=title)
        session.commit()
    except InvalidInputError as error:
        session.rollback()
        click.echo("\n".join([*(f"{file.name}：{line}" for line in _told(error)), "没有导入任何场景"]), err=True)
        raise SystemExit(1) from None
    _report(found, taken)
    if taken.batch:
        fill()


def _told(error: InvalidInputError) -> list[str]:
    """Return what is wrong, with the way out for agencies that are not registered."""
    unknown = isinstance(error, ListError) and any(one.unknown_agency for one in error.complaints)
    way_out = ["没有登记的单位：加上 --create-agencies 则一并登记"] if unknown else []
    return [*error.problems, *way_out]


def _batch_title(publish: str | None) -> str | None:
    if publish is None:
        return None
    title = " ".join(publish.split())
    if not 0 < len(title) <= TITLE_LENGTH:
        raise InvalidInputError(f"--publish：批次标题应有 1 到 {TITLE_LENGTH} 字")
    return title


def _report(found: sheet.Sheet, taken: intake.Intake) -> None:
    if found.ignored:
        click.echo(f"没有用到的{found.cell_word}：{'、'.join(found.ignored)}")
    if taken.new_agencies:
        click.echo(f"新登记的单位：{'、'.join(taken.new_agencies)}")
    if taken.batch is None:
        click.echo(f"已导入 {len(taken.scenarios)} 个场景，均为草稿")
        return
    numbers = [scenario.number for scenario in taken.scenarios]
    click.echo(f"已导入并发布 {len(numbers)} 个场景：第 {taken.batch.number} 批，{numbers[0]} 至 {numbers[-1]}")
    late = [str(scenario.number) for scenario in taken.scenarios if scenario.deadline < clock.today()]
    if late:
        click.echo(f"注意：报名截止早于今天的有 {len(late)} 个：{'、'.join(late[:5])}")
    if queries.has_demo():
        click.echo("提示：库中有演示数据，批次与编号接在其后；正式使用前可先运行 flask demo purge")


@demo_commands.command("load")
def load() -> None:
    """Load the demonstration data, also after it was purged."""
    with one_line(InvalidInputError):
        loaded = demo.load(db.session(), click.echo)
    db.session.commit()
    click.echo(f"已载入 {loaded} 个演示场景" if loaded else "演示数据已经在库中")
    if not settings().demo_data:
        click.echo("DEMO_DATA=0：页面不显示演示数据")
    fill()


@demo_commands.command("purge")
def purge() -> None:
    """Remove all demonstration data; `flask data` will not load it again."""
    rooms: Sequence[Room] = current_app.extensions["rooms"]
    for room in rooms:
        if room.purge:
            room.purge(db.session())
    purged = demo.purge(db.session(), OPERATOR)
    db.session.commit()
    click.echo(f"已删除 {purged} 个演示场景及其单位、批次、方案和检索内容")


def seed(progress: Progress) -> None:
    """Load the demonstration data, unless it is not wanted or was purged."""
    if not settings().demo_data:
        progress("DEMO_DATA=0：不载入")
    elif not demo.fits(city()):
        progress("演示数据用的是另一座城市的领域与区域：不载入")
    elif demo.was_purged():
        progress("已被清除：不再载入（flask demo load 可恢复）")
    else:
        loaded = demo.load(db.session(), progress)
        db.session.commit()
        progress(f"{loaded} 个场景" if loaded else "已经在库中")


def complete(progress: Progress) -> None:
    """Write what scenarios are compared by for those that were published before there was such a thing."""
    if completed := operations.complete_passages(db.session()):
        db.session.commit()
        progress(f"{completed} 个场景")


def fill() -> None:
    """Give new passages vectors now: a command must not depend on a running consumer."""
    try:
        fill_vectors(click.echo)
        save_indexes()
    except ModelError as error:
        click.echo(f"向量未能生成，暂时只能按词检索：{error}", err=True)
