"""The texts of the handbook follow the language of the reader."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

Seat = Callable[[str], Client]

ENGLISH = ("Time of loss", "Cause of loss", "Traffic accident", "Phone number")
CHINESE = ("出险时间", "出险原因", "交通事故", "联系电话")


@pytest.mark.parametrize(
    ("language", "shown", "hidden"), [("en", ENGLISH, CHINESE), ("zh-hans", CHINESE, ENGLISH)]
)
def test_report_form_asks_in_the_language_of_the_reader(
    seat: Seat, language: str, shown: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    client = seat("zhouting")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    page = client.get(reverse("desk:report")).content.decode()

    assert [text for text in shown if text not in page] == []
    assert [text for text in hidden if text in page] == []


def test_contents_of_the_handbook_are_in_the_language_of_the_reader(seat: Seat) -> None:
    client = seat("zhaomin")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    page = client.get(reverse("desk:handbook_clocks")).content.decode()

    assert "Claim handling" in page
    assert "Compulsory Motor Liability Insurance Regulation, Art. 29" in page
    assert "理赔处理" not in page
