import pytest
from hypothesis import given
from hypothesis import strategies as st

from baocheng.kernel.crypto import EnvelopeNotOpened, KeyRing
from baocheng.kernel.masks import (
    mask_bank_card,
    mask_name,
    mask_phone,
    mask_plate,
    mask_resident_id,
    mask_uscc,
)

OLD, NEW, INDEX = b"o" * 32, b"n" * 32, b"i" * 32
RING = KeyRing({"k1": OLD}, index_key=INDEX)
PHONE = "customers.party.phone"


@given(st.text(), st.text(max_size=30))
def test_envelope_opens_to_what_was_sealed(clear: str, context: str) -> None:
    assert RING.open(RING.seal(clear, context=context), context=context) == clear


def test_envelope_names_its_version_and_key_and_never_repeats() -> None:
    first, second = (RING.seal("13812345678", context=PHONE) for _ in range(2))

    assert first.startswith("v1:k1:")
    assert first != second
    assert "1381234" not in first


def test_envelope_does_not_open_in_another_context() -> None:
    with pytest.raises(EnvelopeNotOpened):
        RING.open(RING.seal("13812345678", context=PHONE), context="customers.party.bank_card")


@given(st.integers(6, 60), st.sampled_from("AZaz09+/"))
def test_changed_envelope_does_not_open(place: int, sign: str) -> None:
    envelope = RING.seal("13812345678", context=PHONE)
    changed = envelope[:place] + sign + envelope[place + 1 :]

    if changed != envelope and place < len(envelope) - 2:
        with pytest.raises(EnvelopeNotOpened):
            RING.open(changed, context=PHONE)


@pytest.mark.parametrize("envelope", ["", "13812345678", "v2:k1:AAAA", "v1:k9:AAAA", "v1:k1:A"])
def test_what_is_no_envelope_does_not_open(envelope: str) -> None:
    with pytest.raises(EnvelopeNotOpened):
        RING.open(envelope, context=PHONE)


def test_rotated_ring_opens_old_envelopes_and_seals_with_the_new_key() -> None:
    rotated = KeyRing({"k2": NEW, "k1": OLD}, index_key=INDEX)
    old = RING.seal("13812345678", context=PHONE)

    assert rotated.open(old, context=PHONE) == "13812345678"
    assert not rotated.is_current(old)
    assert rotated.is_current(rotated.seal("13812345678", context=PHONE))
    with pytest.raises(EnvelopeNotOpened):
        KeyRing({"k2": NEW}, index_key=INDEX).open(old, context=PHONE)


def test_blind_index_finds_equal_values_of_one_context_only() -> None:
    index = RING.blind_index("13812345678", context=PHONE)

    assert index == RING.blind_index("13812345678", context=PHONE)
    assert index != RING.blind_index("13812345679", context=PHONE)
    assert index != RING.blind_index("13812345678", context="customers.party.fax")
    assert index != KeyRing({"k1": OLD}, index_key=NEW).blind_index("13812345678", context=PHONE)
    assert len(index) == 32


@pytest.mark.parametrize("keys", [{}, {"k1": b"short"}, {"k:1": OLD}])
def test_ring_refuses_unfit_keys(keys: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyRing(keys, index_key=INDEX)


def test_masks_keep_what_a_clerk_needs() -> None:
    assert mask_name("王芳") == "王*"
    assert mask_name("") == ""
    assert mask_resident_id("310101199001011234") == "310***********1234"
    assert mask_phone("13812341234") == "138****1234"
    assert mask_phone("1234567") == "*******"
    assert mask_bank_card("6222021234561234") == "************1234"
    assert mask_plate("沪A12345") == "沪A12345"
    assert mask_uscc("91110000600037341L") == "91110000600037341L"
