"""JSON for rows and calls."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.json_text import from_json, to_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_back(value):
    assert from_json(to_json(value)) == value
    assert json.loads(to_json(value)) == value  # and by anybody else


def test_half_of_a_surrogate_pair_survives_and_can_be_stored():
    written = to_json({"text": "ก\ud83d"})
    assert written.isascii()
    assert from_json(written) == {"text": "ก\ud83d"}


def test_thai_is_written_as_it_is():
    assert to_json(["ครู"]) == '["ครู"]'


@pytest.mark.parametrize("text", ["", "{", "[1,]", b"\xff"])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        from_json(text)
