"""A wave fetched from ODK Central: its export is put into the wave's folder, as if by hand."""

from __future__ import annotations

import logging
import os
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from schemas.assessment import OdkForm, Wave
from schemas.faults import Fault, Refused
from tasks.packed import is_zip, listing
from tasks.reading import Unreadable

USER, PASSWORD = "PSIA_ODK_USER", "PSIA_ODK_PASSWORD"
FILE = "interviews.zip"
PLAN = "assessment.toml"


def pull(folder: Path, wave: Wave) -> str:
    """Fetch the answers of a wave into waves/<wave>/interviews.zip; return what was done, in words.

    The file is replaced in one move once the whole export has come, and left alone if it holds the same
    tables. Raises Refused where it cannot be fetched, with nothing changed.
    """
    if wave.odk is None:
        raise _refused(f"the wave '{wave.name}' has no form on a server", "Add [wave.odk] below its [[wave]]")
    target = folder / "waves" / wave.name / FILE
    others = sorted(path.name for path in target.parent.glob("interviews*") if path.name != FILE)
    if others:
        place = target.parent.relative_to(folder).as_posix()
        raise _refused(
            f"{place} holds {others[0]}, whose interviews would be counted beside those of the server",
            "Move it away, and pull again",
        )
    content = _fetched(wave.odk)
    names = _checked(content, wave.odk)
    shown = target.relative_to(folder).as_posix()
    if target.is_file() and _same_tables(target.read_bytes(), content):
        return f"{shown}: nothing new on the server."
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{FILE}.new")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    tables = "1 table" if len(names) == 1 else f"{len(names)} tables"
    return f"{shown}: {tables} of the form '{wave.odk.form}', {len(content)} bytes."


def _fetched(odk: OdkForm) -> bytes:
    """Return the export of a form, all tables without photographs. Raises Refused with what went wrong."""
    try:
        from pyodk._utils.config import CentralConfig, Config
        from pyodk.client import Client, Session
        from pyodk.errors import PyODKError
        from requests.exceptions import RequestException
    except ImportError:
        raise _refused("ODK Central needs pyodk", "Install the extra 'odk'") from None
    logging.getLogger("pyodk").setLevel(logging.CRITICAL)  # its errors hold what the server answered
    user, password = _login(odk)
    session = Session(odk.server, "v1", user, password, cache_path=None)  # the token stays in memory
    client = Client(session=session, config=Config(central=CentralConfig(odk.server, user, password)))
    where = f"projects/{odk.project}/forms/{session.urlquote(odk.form)}/submissions.csv.zip"
    try:
        with client:
            answer = client.get(where, params={"attachments": "false"})
    except PyODKError:
        raise _refused(f"{odk.server} did not accept the login", f"Look at {USER} and {PASSWORD}") from None
    except RequestException as error:
        raise _refused(
            f"{odk.server} did not answer in full ({type(error).__name__})",
            "Look at the network and at 'server', and pull again",
        ) from None
    if answer.status_code in (401, 403):
        raise _refused(
            f"{odk.server} does not let this user read the form '{odk.form}'",
            "Ask for the role of a viewer in the project",
        )
    if answer.status_code == 404:
        raise _refused(
            f"{odk.server} has no form '{odk.form}' in project {odk.project}",
            "Look at 'project' and 'form': the form's id, and not its title",
        )
    if answer.status_code != 200:
        raise _refused(f"{odk.server} answered with status {answer.status_code}", "Pull again later")
    return answer.content


def _login(odk: OdkForm) -> tuple[str, str]:
    """Return user and password, from the environment or from pyodk's file if that is for this server."""
    if os.environ.get(USER) and os.environ.get(PASSWORD):
        return os.environ[USER], os.environ[PASSWORD]
    from pyodk._utils.config import read_config
    from pyodk.errors import PyODKError

    try:
        central: Any = read_config().central
    except (PyODKError, KeyError, TypeError, ValueError):
        central = None
    if central is None or _host(central.base_url) != _host(odk.server):
        raise _refused(
            f"there is no login for {odk.server}",
            f"Set {USER} and {PASSWORD}, or write pyodk's configuration file for this server",
        )
    return central.username, central.password


def _host(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc.lower()


def _checked(content: bytes, odk: OdkForm) -> list[str]:
    """Return the tables of an export. Raises Refused where it is none."""
    try:
        names = listing(content) if is_zip(content) else []
    except Unreadable:
        names = []
    tables = [name for name in names if name.endswith(".csv")]
    if not tables:
        raise _refused(f"{odk.server} sent something that is no export", "Pull again, or download it by hand")
    return tables


def _same_tables(one: bytes, other: bytes) -> bool:
    """Return whether two exports hold the same files; the dates inside the archives do not count."""
    return is_zip(one) and _contents(one) == _contents(other)


def _contents(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return {name: archive.read(name) for name in sorted(archive.namelist())}
    except zipfile.BadZipFile:
        return {}


def _refused(rule: str, remedy: str) -> Refused:
    return Refused([Fault(PLAN, column="wave.odk", rule=rule, remedy=remedy)])
