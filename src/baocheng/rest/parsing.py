"""Reads request bodies strictly: exact numbers, storable text, the declared media type."""

import json
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from baocheng.kernel.problems import Problem
from baocheng.kernel.text import _

_DIGITS_MAX = 40  # of one number: more would be an attack, not an amount


class InvalidJson(Problem):
    """The body is not JSON, or JSON that cannot be kept exactly."""

    code = "rest.invalid_json"
    message = _("请求的内容不是有效的 JSON。")
    status = 400


class UnsupportedMediaType(Problem):
    """The body has another media type than the endpoint takes."""

    code = "rest.unsupported_media_type"
    message = _("此接口只接受 {expected}。")
    status = 415


class UnstorableText(Problem):
    """A NUL in a text."""

    code = "rest.unstorable_text"
    message = _("文本中含有不能保存的字符。")
    status = 400


class StrictParser(Parser):
    """ninja's parser, made strict."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the JSON of the body, decimals exact.

        Raises:
            UnsupportedMediaType: it is declared as something else.
            InvalidJson: it is not JSON, or carries what no column can store.
        """
        if request.content_type != "application/json":
            raise UnsupportedMediaType(expected="application/json")
        try:
            content = json.loads(
                request.body, parse_float=_decimal, parse_int=_integer, parse_constant=_refuse
            )
            _check_storable(content)
        except (ValueError, RecursionError) as error:
            raise InvalidJson from error
        return content

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Return query, form or file fields.

        Raises:
            UnsupportedMediaType: files are asked for and the body is no multipart form.
            UnstorableText: a field carries what no column can store.
        """
        is_query = data is request.GET
        if not is_query and request.content_type != "multipart/form-data":
            raise UnsupportedMediaType(expected="multipart/form-data")
        for name, values in data.lists():
            if any(isinstance(value, str) and "\0" in value for value in values):
                raise UnstorableText(name)
        return super().parse_querydict(data, list_fields, request)


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if len(text) > _DIGITS_MAX or abs(number.adjusted()) > _DIGITS_MAX:
        raise ValueError(text)
    return number


def _integer(text: str) -> int:
    if len(text) > _DIGITS_MAX:
        raise ValueError("too many digits")
    return int(text)


def _refuse(text: str) -> None:
    raise ValueError(text)


def _check_storable(content: Any) -> None:
    match content:
        case str():
            content.encode()  # lone surrogates: UnicodeEncodeError is a ValueError
            if "\0" in content:
                raise ValueError("NUL")
        case dict():
            for key, value in content.items():
                _check_storable(key)
                _check_storable(value)
        case list():
            for value in content:
                _check_storable(value)
