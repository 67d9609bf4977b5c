"""A wave fetched from ODK Central: its export is put into the wave's folder, as if by hand."""

from __future__ import annotations

import logging
import os
import time
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from schemas.assessment import OdkForm, Wave
from schemas.faults import Fault, Refused
from tasks.files import SEALED
from tasks.packed import LARGEST, is_zip, listing
from tasks.reading import Unreadable
from tasks.vault import Vault

USER, PASSWORD = "PSIA_ODK_USER", "PSIA_ODK_PASSWORD"
FILE = "interviews.zip"
PLAN = "assessment.toml"
CONNECT_SECONDS, SILENT_SECONDS, LONGEST_SECONDS = 10, 60, 1800
"""How long a server may take to be reached, to say nothing, and to send a whole form."""
LARGEST_DOWNLOAD = LARGEST
"""A packed export that is larger than an unpacked one may be would not be read."""


class Unreached(Refused):
    """The server was not reached, or not in full: what may go well later, unlike a login or a form."""


def pull(folder: Path, wave: Wave, vault: Vault) -> str:
    """Fetch the answers of a wave into waves/<wave>/interviews.zip; return what was done, in words.

    The file is replaced in one move once the whole export has come, and left alone if it holds the same
    tables. A file that stands there sealed is replaced by a sealed one. Raises Refused where the answers
    cannot be fetched, with nothing changed; Unreached, which is one of it, where another try may go well.
    """
    if wave.odk is None:
        raise _refused(f"the wave '{wave.name}' has no form on a server", "Add [wave.odk] below its [[wave]]")
    directory = folder / "waves" / wave.name
    clear, sealed = directory / FILE, directory / (FILE + SEALED)
    others = sorted(path.name for path in directory.glob("interviews*") if path not in (clear, sealed))
    if not others and clear.is_file() and sealed.is_file():
        others = [sealed.name]
    if others:
        place = directory.relative_to(folder).as_posix()
        raise _refused(
            f"{place} holds {others[0]}, whose interviews would be counted beside those of the server",
            "Move it away, and pull again",
        )
    target = sealed if sealed.is_file() else clear
    before = target.read_bytes() if target.is_file() else b""
    if target == sealed:
        before = vault.unseal(before)
    content = _fetched(wave.odk)
    names = _checked(content, wave.odk)
    shown = target.relative_to(folder).as_posix()
    if _same_tables(before, content):
        return f"{shown}: nothing new on the server."
    _replace(target, vault.seal(content) if target == sealed else content)
    tables = "1 table" if len(names) == 1 else f"{len(names)} tables"
    return f"{shown}: {tables} of the form '{wave.odk.form}', {len(content)} bytes."


def _replace(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.new")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def _fetched(odk: OdkForm) -> bytes:
    """Return the export of a form, all tables without photographs. Raises Refused with what went wrong."""
    try:
        from pyodk.client import Session
        from pyodk.errors import PyODKError
        from requests import exceptions
    except ImportError:
        raise _refused("ODK Central needs pyodk", "Install the extra 'odk'") from None

    class Patient(Session):
        """pyodk's session, which waits for ever on a server without TLS and 8 minutes on one with it."""

        def send(self, request: Any, **kwargs: Any) -> Any:
            return super().send(request, **{**kwargs, "timeout": (CONNECT_SECONDS, SILENT_SECONDS)})

    logging.getLogger("pyodk").setLevel(logging.CRITICAL)  # its errors hold what the server answered
    user, password = _login(odk)
    try:
        with Patient(odk.server, "v1", user, password, cache_path=None) as session:  # no token on the disk
            session.auth.login()
            form = f"projects/{odk.project}/forms/{session.urlquote(odk.form)}"
            url = f"{form}/submissions.csv.zip"
            with session.get(url, params={"attachments": "false"}, stream=True) as answer:
                if answer.status_code == 200:
                    return _within_limits(answer.iter_content(1 << 20), odk)
                status = answer.status_code
            no_project = status == 404 and session.get(f"projects/{odk.project}").status_code == 404
            raise _not_given(odk, status, no_project)
    except PyODKError as error:
        status = getattr(error.args[1], "status_code", 0) if len(error.args) > 1 else 0
        raise _not_logged_in(odk, status) from None
    except exceptions.SSLError:
        raise _refused(
            f"the certificate of {odk.server} is not one that this machine trusts",
            "Look at the address and at this machine's clock; ask who runs the server about its certificate",
        ) from None
    except exceptions.RetryError:
        raise _unreached(f"{odk.server} is overloaded or broken just now", "Pull again later") from None
    except exceptions.ConnectionError as error:
        raise _unreached(*_no_connection(odk, error)) from None
    except exceptions.Timeout:
        raise _unreached(f"{odk.server} is too slow: it was silent for long", "Pull again later") from None
    except (exceptions.RequestException, ValueError) as error:
        raise _unreached(
            f"{odk.server} did not answer in full ({type(error).__name__})",
            "Look at the network and at 'server', and pull again",
        ) from None


def _within_limits(pieces: Iterable[bytes], odk: OdkForm) -> bytes:
    """Return the pieces of a download as one. Raises Refused where it is too large or takes too long."""
    began = time.monotonic()
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > LARGEST_DOWNLOAD:
            raise _refused(
                f"{odk.server} sends more than {LARGEST_DOWNLOAD // 1024**2} MB for the form '{odk.form}'",
                "Download it by hand, in parts of a file each",
            )
        if time.monotonic() - began > LONGEST_SECONDS:
            raise _unreached(
                f"{odk.server} has not sent the whole form in {LONGEST_SECONDS // 60} minutes",
                "Pull again over a faster network, or download it by hand",
            )
    return bytes(content)


def _no_connection(odk: OdkForm, error: Exception) -> tuple[str, str]:
    """Return rule and remedy: a server that is not reached, or one that breaks off."""
    from urllib3.exceptions import MaxRetryError

    if error.args and isinstance(error.args[0], MaxRetryError):
        return (
            f"{odk.server} cannot be reached",
            "Look at the network and at 'server'; open the address in a browser of this machine",
        )
    return f"{odk.server} broke off before it had answered in full", "Pull again"


def _not_logged_in(odk: OdkForm, status: int) -> Refused:
    """Return what a login that came to nothing means. Central answers a wrong password with 401."""
    if status == 401:
        return _refused(f"{odk.server} did not accept the login", f"Look at {USER} and {PASSWORD}")
    if status == 403:
        return _refused(
            f"{odk.server} lets nobody log in with a password from here",
            "Ask who runs it: the login may go through another service, or addresses may be closed",
        )
    if status == 429:
        return _unreached(f"{odk.server} has had too many logins", "Wait some minutes, and pull again")
    if status == 404 or not status:
        return _refused(
            f"{odk.server} does not answer as ODK Central does",
            "Look at 'server': the address of the site alone, such as https://central.example.org",
        )
    return _unreached(f"{odk.server} answered the login with status {status}", "Pull again later")


def _not_given(odk: OdkForm, status: int, no_project: bool) -> Refused:
    """Return what it means that a form's answers were not given."""
    if status == 401:
        return _unreached(f"{odk.server} ended the session before the form was sent", "Pull again")
    if status == 403:
        return _refused(
            f"{odk.server} does not let this user read the form '{odk.form}'",
            "Ask for the role of a viewer in the project",
        )
    if no_project:
        return _refused(
            f"{odk.server} has no project {odk.project} that this user sees",
            "Look at 'project': the number in the address of the project's page",
        )
    if status == 404:
        return _refused(
            f"{odk.server} has no form '{odk.form}' in project {odk.project}",
            "Look at 'form': the form's id, and not its title",
        )
    return _unreached(f"{odk.server} answered with status {status}", "Pull again later")


def _login(odk: OdkForm) -> tuple[str, str]:
    """Return user and password, from the environment or from pyodk's file if that is for this server."""
    if os.environ.get(USER) and os.environ.get(PASSWORD):
        return os.environ[USER], os.environ[PASSWORD]
    from pyodk.client import Client
    from pyodk.errors import PyODKError

    try:
        central: Any = Client().config.central
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


def _unreached(rule: str, remedy: str) -> Unreached:
    return Unreached(_refused(rule, remedy).faults)
