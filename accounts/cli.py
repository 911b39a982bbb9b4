"""`flask accounts`: the first operator, and a lost second factor."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError

from accounts.access.people import password_link
from accounts.people import founding, queries
from core.audit import SYSTEM
from core.errors import InvalidInputError
from core.extensions import db
from core.typed import one_line

commands = AppGroup("accounts", help="People who look after the site.")


@contextmanager
def _told(email: str) -> Iterator[None]:
    """Tell in one line what is wrong with what was asked, and that there is no database yet."""
    try:
        yield
    except (EmailNotValidError, InvalidInputError) as error:
        db.session.rollback()
        raise click.ClickException(f"{email}: {error}") from None
    except OperationalError as error:
        raise click.ClickException(f"数据库还没有准备好，请先运行 flask data（{error.orig}）") from None


@commands.command("create-operator")
@click.argument("email")
@click.option("--name", default="", help="The person's name.")
@click.option("--organisation", default="", help="Name of the operator, if there is none yet; else that of city.toml.")
def create_operator(email: str, name: str, organisation: str) -> None:
    """Make EMAIL an owner of the operator, and print the one-time link that sets the password."""
    with _told(email):
        address = validate_email(email, check_deliverability=False).normalized.lower()
        person = founding.create_operator(db.session(), SYSTEM, address, one_line(name), one_line(organisation))
    db.session.commit()
    click.echo("一次性链接（24 小时内有效，设置密码后登录并启用两步验证）：")
    click.echo(password_link(person))


@commands.command("reset-second-factor")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Remove the second factor of EMAIL, who lost phone and recovery codes; an operator sets a new one at sign-in."""
    with _told(email):
        person = db.session.scalar(queries.person_of(email))
    if person is None:
        raise click.ClickException(f"{email}: 没有这个账号")
    founding.reset_second_factor(db.session(), SYSTEM, person)
    db.session.commit()
    click.echo(f"{person.email}: 两步验证已重置，所有登录已退出")
