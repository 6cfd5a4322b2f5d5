"""Ids as programs see them: there and back, in order, and one spelling only."""

from __future__ import annotations

import re
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.api import ids
from studio.core.errors import NotFound

KINDS: tuple[ids.Kind, ...] = get_args(ids.Kind.__value__)
ANY = st.integers(0, 2**128 - 1).map(lambda number: UUID(int=number))


def test_every_kind_has_a_sentence_for_what_is_not_there() -> None:
    assert set(ids.MISSING) == set(KINDS)


@given(st.sampled_from(KINDS), ANY)
def test_an_id_comes_back_as_it_went(kind: ids.Kind, row: UUID) -> None:
    text = ids.shown(kind, row)
    assert re.fullmatch(r"[a-z]{3}_[0-9a-z]{26}", text)
    assert ids.read(kind, text) == row


@given(ANY, ANY)
def test_ids_sort_as_their_rows_do(one: UUID, other: UUID) -> None:
    assert (ids.shown("gen", one) < ids.shown("gen", other)) == (one < other)


def test_the_specifications_own_example_is_read_as_it_says() -> None:
    row = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
    assert ids.shown("img", row) == "img_01h455vb4pex5vsknk084sn02q"


def refused(kind: ids.Kind, text: str) -> str:
    with pytest.raises(NotFound) as caught:
        ids.read(kind, text)
    assert (caught.value.status, caught.value.code) == (404, "not_found")
    return caught.value.message


@given(st.text() | st.text().map(lambda tail: f"tsk_{tail}") | ANY.map(str))
def test_any_other_text_is_the_id_of_nothing(text: str) -> None:
    if not re.fullmatch("tsk_[0-7][0-9a-hjkmnp-tv-z]{25}", text):
        assert refused("tsk", text) == str(ids.MISSING["tsk"])


@pytest.mark.parametrize(
    "spelling",
    [
        "tsk_01H455VB4PEX5VSKNK084SN02Q",
        "tsk_8zzzzzzzzzzzzzzzzzzzzzzzzz",
        "tsk_01h455vb4pex5vsknk084sn02",
        "tsk_01h455vb4pex5vsknk084sn02qq",
        "tsk_01h455vb4pex5vsknk084sn02q\n",
        "tsk_o1h455vb4pex5vsknk084sn02q",
        "tsk_٠1h455vb4pex5vsknk084sn02q",
        "tsk01h455vb4pex5vsknk084sn02q",
        "gen_01h455vb4pex5vsknk084sn02q",
        "TSK_01h455vb4pex5vsknk084sn02q",
        "tsk_tsk_01h455vb4pex5vsknk084sn02q",
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "",
    ],
)
def test_there_is_one_spelling_for_each_id(spelling: str) -> None:
    refused("tsk", spelling)
