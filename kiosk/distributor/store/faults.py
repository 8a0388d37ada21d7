"""What goes wrong with the database while the distributor runs."""

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import IntegrityError

from kiosk.errors import KioskError


class StoreError(KioskError):
    """The database can't be read or written just now: a full or broken disk, a file taken away."""


def raise_store_errors(engine: Engine) -> None:
    """Whatever fails on ``engine`` from now on is a `StoreError`, but for a broken constraint."""
    event.listen(engine, "handle_error", _translate, retval=True)


def _translate(context: ExceptionContext) -> StoreError | None:
    if isinstance(context.sqlalchemy_exception, IntegrityError):
        return None
    what = f"The distributor's database failed: {context.original_exception}."
    return StoreError(what, "Is the disk full or broken?")
