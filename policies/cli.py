"""`flask policies …`: importing policy files and listing what is there."""

from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import AppGroup

from core.audit import SYSTEM
from core.city import city
from core.errors import InvalidInputError
from core.extensions import db
from core.registry import Progress
from core.settings import ROOT, settings
from policies import queries
from policies.facts.reviewed import Table, table_beside
from policies.models import PolicyVersion
from policies.operations import digest_of, import_policy, propose_facts
from policies.parser import PolicyFormatError, parse
from policies.subsidies.types import read_types
from retrieval.embedder import ModelError
from retrieval.operations import fill_vectors, save_indexes

CORPUS = ROOT / "policies" / "corpus"

commands = AppGroup("policies", help="Policy documents and their versions.")


@commands.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE.md...")
def import_files(files: tuple[Path, ...]) -> None:
    """Import policy files, all or none; a changed text becomes a new version."""
    texts = _readable(files)
    known = {version.id for version in db.session.scalars(queries.documents())}
    versions = [import_policy(db.session(), SYSTEM, text, table) for text, table in texts]
    db.session.commit()
    for file, version in zip(files, versions, strict=True):
        click.echo(f"{file}: {_line(version)}" + ("，内容未变" if version.id in known else ""))
    _fill()


@commands.command("list")
def list_documents() -> None:
    """List the current version of each document."""
    for version in db.session.scalars(queries.documents()):
        click.echo(f"{_line(version)}\t{version.title}")


def import_corpus(progress: Progress) -> None:
    """Import the city's plan and what else lies in the corpus; a text that was ever imported is left alone."""
    plan = _plan()
    for file in dict.fromkeys([plan, *sorted(CORPUS.glob("*.md"))]):
        try:
            text, table = read(file), table_beside(file)
            parsed = parse(text)
            read_types([file.parent], parsed.id)
        except InvalidInputError as error:
            raise click.ClickException(f"{file.name}: {error}") from None
        if file == plan and parsed.id != city().policy.id:
            raise click.ClickException(f"{settings().city_file.name}: policy.id 应为 {file.name} 中的“{parsed.id}”")
        if not queries.has_text(parsed.id, digest_of(parsed)):
            import_policy(db.session(), SYSTEM, text, table)
        elif current := queries.current_version(parsed.id):
            propose_facts(db.session(), SYSTEM, current, table)
        progress(f"{parsed.title}：{len(parsed.articles)} 条")
    db.session.commit()


def _plan() -> Path:
    file = city().policy.file
    for folder in (settings().city_file.parent, ROOT):
        if (folder / file).is_file():
            return (folder / file).resolve()
    raise click.ClickException(f"{settings().city_file.name}: policy.file: 找不到文件 {file}")


def _readable(files: Sequence[Path]) -> list[tuple[str, Table | None]]:
    """Return texts and checked facts of all files, or end with one line for each that cannot be taken."""
    texts, seen, problems = list[tuple[str, Table | None]](), dict[str, Path](), list[str]()
    for file in files:
        try:
            text, table = read(file), table_beside(file)
            name = parse(text).id
        except InvalidInputError as error:
            problems.append(f"{file}: {error}")
            continue
        if name in seen:
            problems.append(f"{file}: 第 1 行：id “{name}”与 {seen[name]} 相同，不能在一次导入中出现两次")
        seen.setdefault(name, file)
        texts.append((text, table))
    if problems:
        click.echo("\n".join([*problems, "没有导入任何文件"]), err=True)
        raise SystemExit(1)
    return texts


def read(file: Path) -> str:
    """Return the text of a file. Raises InvalidInputError with a readable reason."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InvalidInputError(f"无法读取：{error.strerror}") from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PolicyFormatError(data.count(b"\n", 0, error.start) + 1, "不是 UTF-8 编码") from None


def _line(version: PolicyVersion) -> str:
    return f"{version.document_id} 第 {version.number} 版，{len(version.articles)} 条"


def _fill() -> None:
    """Give the new passages vectors now: a command must not depend on a running consumer."""
    try:
        fill_vectors(click.echo)
        save_indexes()
    except ModelError as error:
        click.echo(f"已导入；向量未能生成，暂时只能按词检索：{error}", err=True)
