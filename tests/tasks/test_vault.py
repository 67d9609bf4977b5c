from __future__ import annotations

import os
import stat

import pandas as pd
import pytest

from schemas.faults import Refused
from tasks.vault import Vault, _write_secret_once, key_folder


def ids(*values):
    return pd.Series(values, dtype="string")


def test_pseudonyms_are_the_same_on_every_run_and_differ_by_kind(tmp_path):
    first = Vault(tmp_path, "a").pseudonyms(ids("R1", "R2", "R1", None), "person")
    again = Vault(tmp_path, "a").pseudonyms(ids("R1", "R2", "R1", None), "person")
    assert first.equals(again)
    assert first[0] == first[2] != first[1]
    assert first.isna().tolist() == [False, False, False, True]
    assert Vault(tmp_path, "a").pseudonyms(ids("R1"), "household")[0] != first[0]
    assert "R1" not in set(first.dropna())


def test_the_key_lies_outside_the_folder_and_is_ours_alone(tmp_path):
    Vault(tmp_path, "a").seal(b"x")
    key = key_folder() / "a.key"
    assert not key.is_relative_to(tmp_path)
    assert stat.S_IMODE(os.stat(key).st_mode) == 0o600
    assert "AGE-SECRET-KEY" not in (tmp_path / "vault" / "recipient.txt").read_text()


def test_what_is_sealed_opens_with_the_key_and_holds_nothing_in_clear(tmp_path):
    vault = Vault(tmp_path, "a")
    sealed = vault.seal(b"Asha Devi")
    assert b"Asha" not in sealed
    assert Vault(tmp_path, "a").unseal(sealed) == b"Asha Devi"


def test_people_are_kept_sealed(tmp_path):
    vault = Vault(tmp_path, "a")
    people = pd.DataFrame({"table": ["t"], "pseudonym": ["p"], "column": ["name"], "value": ["Asha Devi"]})
    vault.keep(people)
    content = (tmp_path / "vault" / "people.csv.age").read_bytes()
    assert b"Asha" not in content
    vault.keep(people)
    assert (tmp_path / "vault" / "people.csv.age").read_bytes() == content
    assert Vault(tmp_path, "a").people().to_dict("records") == people.to_dict("records")


def test_a_vault_without_its_key_or_with_another_is_refused(tmp_path):
    vault = Vault(tmp_path, "a")
    sealed = vault.seal(b"x")
    vault.key_file.rename(vault.key_file.with_suffix(".away"))
    with pytest.raises(Refused, match="not on this machine"):
        Vault(tmp_path, "a").seal(b"y")
    Vault(tmp_path / "other", "a").seal(b"x")
    with pytest.raises(Refused, match="does not fit the key"):
        Vault(tmp_path, "a").unseal(sealed)


def test_of_two_runs_that_make_the_key_at_once_the_first_decides(tmp_path):
    path = tmp_path / "keys" / "a.key"
    _write_secret_once(path, "first")
    _write_secret_once(path, "second")
    assert path.read_text() == "first"
    assert [one.name for one in path.parent.iterdir()] == ["a.key"]
