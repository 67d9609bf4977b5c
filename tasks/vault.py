"""The vault: personal columns and the way back from a pseudonym, encrypted with age; pseudonyms by HMAC.

The secret key lies outside the assessment folder (PSIA_KEYS, else psia/keys in the user's configuration
folder), so that the folder alone betrays nobody. The folder keeps the public half in vault/recipient.txt.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv

from schemas.faults import Fault, Refused

PSEUDONYM_HEX = 16


def key_folder() -> Path:
    """Return where secret keys lie: PSIA_KEYS, else psia/keys in the user's configuration folder."""
    if given := os.environ.get("PSIA_KEYS"):
        return Path(given)
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(config) / "psia" / "keys"


class Vault:
    """The vault of one assessment. Nothing is made before it is needed."""

    def __init__(self, folder: Path, assessment: str):
        self.folder = folder / "vault"
        self.assessment = assessment
        self.key_file = key_folder() / f"{assessment}.key"
        self._known: dict[str, dict[str, str]] = {}

    @cached_property
    def _identity(self):
        from pyrage import x25519  # pyright: ignore[reportAttributeAccessIssue] -- no types

        recipient = self.folder / "recipient.txt"
        known = recipient.read_text().strip() if recipient.is_file() else ""
        if self.key_file.is_file():
            identity = x25519.Identity.from_str(self.key_file.read_text().strip())
            if known and str(identity.to_public()) != known:
                raise self._refused("does not fit the key on this machine")
        elif known:
            raise self._refused("needs its key, which is not on this machine")
        else:
            _write_secret_once(self.key_file, str(x25519.Identity.generate()) + "\n")
            identity = x25519.Identity.from_str(self.key_file.read_text().strip())
        return identity

    def _refused(self, rule: str) -> Refused:
        remedy = (
            f"Put the key that made this vault at {self.key_file.name} in the folder of keys "
            "(PSIA_KEYS), or move the folder vault/ away to start a new one"
        )
        return Refused([Fault("vault/recipient.txt", rule=f"the vault {rule}", remedy=remedy)])

    @cached_property
    def _hmac_key(self) -> bytes:
        return hashlib.sha256(b"psia pseudonyms, first version\n" + str(self._identity).encode()).digest()

    @cached_property
    def digest_key(self) -> bytes:
        """Return the key of digests of answers: without it nobody can try answers out."""
        return hashlib.sha256(b"psia digests of answers, first version\n" + self._hmac_key).digest()

    def pseudonyms(self, ids: pd.Series, kind: str) -> pd.Series:
        """Return the pseudonym of each id: an HMAC under the vault's key, the same on every run.

        kind keeps apart the ids of people, households and interviewers that happen to look alike.
        """
        known = self._known.setdefault(kind, {})
        places, different = pd.factorize(ids)
        told = different.tolist()
        key, digest = self._hmac_key, hmac.digest
        for one in told:
            if one not in known:
                known[one] = digest(key, f"{kind}:{one}".encode(), "sha256").hex()[:PSEUDONYM_HEX]
        pseudonyms = pd.array([*map(known.__getitem__, told), None], dtype="string")
        return pd.Series(pseudonyms.take(places), index=ids.index, name=ids.name)

    def seal(self, content: bytes) -> bytes:
        """Return the content encrypted for the holder of the key."""
        from pyrage import encrypt  # pyright: ignore[reportAttributeAccessIssue] -- no types

        self._record_recipient()
        return encrypt(content, [self._identity.to_public()])

    def unseal(self, content: bytes) -> bytes:
        """Return the content decrypted. Raises Refused if it was sealed with another key."""
        from pyrage import decrypt  # pyright: ignore[reportAttributeAccessIssue] -- no types

        identity = self._identity
        try:
            return decrypt(content, [identity])
        except Exception:
            raise self._refused("cannot open a sealed file: it was sealed with another key") from None

    def _record_recipient(self) -> None:
        recipient = self.folder / "recipient.txt"
        if not recipient.is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            recipient.write_text(str(self._identity.to_public()) + "\n")

    def keep(self, people: pd.DataFrame) -> None:
        """Store the personal cells: one row a table, file row and column. Replaces what was kept."""
        path = self.folder / "people.csv.age"
        sink = pa.BufferOutputStream()
        csv.write_csv(pa.Table.from_pandas(people, preserve_index=False), sink)
        content = sink.getvalue().to_pybytes()
        if path.is_file() and self.unseal(path.read_bytes()) == content:
            return
        sealed = self.seal(content)
        aside = path.with_suffix(".new")
        aside.write_bytes(sealed)
        aside.replace(path)

    def people(self) -> pd.DataFrame:
        """Return what is kept: table, pseudonym, column, value. Empty where nothing is."""
        path = self.folder / "people.csv.age"
        if not path.is_file():
            return pd.DataFrame(columns=["table", "pseudonym", "column", "value"], dtype="string")
        return pd.read_csv(io.BytesIO(self.unseal(path.read_bytes())), dtype="string", keep_default_na=False)


def _write_secret_once(path: Path, content: str) -> None:
    """Write a file for its owner alone to read, whole at once; leave it where another run was first."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    try:
        os.link(aside, path)
    except FileExistsError:  # another run of the same assessment made it meanwhile: that one is the key
        pass
    finally:
        aside.unlink()
