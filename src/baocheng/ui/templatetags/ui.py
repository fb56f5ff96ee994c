"""The components as tags: `{% panel title=… %}…{% endpanel %}` renders `ui/panel.html`."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from baocheng.kernel import time
from baocheng.kernel.time import SHANGHAI
from baocheng.ui.components import Badge, Pair

register = template.Library()

_STYLES = (
    "reset",
    "tokens",
    "base",
    "shell",
    "badge",
    "button",
    "clock",
    "dialog",
    "empty_state",
    "field",
    "form",
    "key_values",
    "menu",
    "money",
    "page_head",
    "pagination",
    "palette",
    "panel",
    "problem",
    "table",
    "tabs",
    "timeline",
    "toast",
    "diagram",
)


def _attributes(extra: Mapping[str, Any]) -> SafeString:
    """Turn `hx_get="…"` into ` hx-get="…"`; True stands bare, None and False are left out."""
    given = [(name.replace("_", "-"), value) for name, value in extra.items()]
    bare = format_html_join("", " {}", [(name,) for name, value in given if value is True])
    valued = format_html_join(
        "",
        ' {}="{}"',
        [(name, value) for name, value in given if value not in (None, False, True, "")],
    )
    return bare + valued


@register.simple_tag
def styles() -> list[str]:
    """Return the style sheets of all components, in cascade order."""
    return [f"ui/{name}.css" for name in _STYLES]


@register.simple_tag
def button(
    label: str,
    *,
    kind: str = "plain",
    href: str = "",
    icon: str = "",
    type: str = "button",
    hides_label: bool = False,
    **extra: Any,
) -> SafeString:
    """Render a button, or a link that looks like one; `kind` is primary, plain, quiet or danger."""
    return render_to_string(
        "ui/button.html",
        {
            "label": label,
            "kind": kind,
            "href": href,
            "icon": icon,
            "type": type,
            "hides_label": hides_label,
            "attributes": _attributes(extra),
        },
    )


@register.inclusion_tag("ui/badge.html")
def badge(value: Badge) -> dict[str, Any]:
    """Render a state: its shape and its word."""
    return {"tone": value.tone.value, "label": value.label}


@register.inclusion_tag("ui/shape.html")
def shape(tone: str) -> dict[str, Any]:
    """Render the shape that belongs to a tone, for those who cannot tell the colours apart."""
    return {"tone": str(tone)}


@register.inclusion_tag("ui/money.html")
def money(amount: Decimal | None) -> dict[str, Any]:
    """Render an amount of yuan with tabular figures."""
    return {"amount": amount, "text": yuan(amount)}


def _register_component(name: str) -> None:
    """Register the tag `name` that hands one value to the template of the same name."""

    def component(context: RequestContext, value: Any) -> dict[str, Any]:
        return {name: value, "request": context.get("request")}

    component.__name__ = name
    register.inclusion_tag(f"ui/{name}.html", takes_context=True, name=name)(component)


for _name in ("clock", "clock_mark", "timeline", "key_values", "problem", "field"):
    _register_component(_name)


@register.inclusion_tag("ui/form.html", takes_context=True)
def form(context: RequestContext, value: Any) -> dict[str, Any]:
    """Render a whole form with its problems, sections, draft status and buttons."""
    return {"form": value, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("ui/tabs.html")
def tabs(values: Any, target: str, label: str) -> dict[str, Any]:
    """Render tabs whose content goes into the element with the id `target`."""
    return {"tabs": values, "target": target, "label": label}


@register.inclusion_tag("ui/pagination.html")
def pagination(url: str, target: str = "") -> dict[str, Any]:
    """Render the way to the next page of a keyset list; nothing when there is none."""
    return {"url": url, "target": target}


@register.simple_block_tag
def panel(
    content: str,
    *,
    title: str = "",
    icon: str = "",
    note: str = "",
    url: str = "",
    link: str = "",
    id: str = "",
    is_flush: bool = False,
) -> SafeString:
    """Wrap content in a white panel with a heading."""
    return render_to_string(
        "ui/panel.html",
        {
            "content": content,
            "title": title,
            "icon": icon,
            "note": note,
            "url": url,
            "link": link,
            "id": id,
            "is_flush": is_flush,
        },
    )


@register.simple_block_tag
def empty_state(content: str, *, title: str, icon: str = "inbox") -> SafeString:
    """Say what will appear here; the content says how to make the first one."""
    return render_to_string(
        "ui/empty_state.html", {"content": content, "title": title, "icon": icon}
    )


@register.simple_block_tag
def page_head(content: str, *, title: str, note: str = "", eyebrow: str = "") -> SafeString:
    """Head a page: its title and, as content, what can be done on it."""
    return render_to_string(
        "ui/page_head.html", {"content": content, "title": title, "note": note, "eyebrow": eyebrow}
    )


@register.simple_block_tag
def menu(
    content: str, *, label: str, icon: str = "ellipsis", hides_label: bool = True
) -> SafeString:
    """Fold actions away under a button."""
    return render_to_string(
        "ui/menu.html",
        {"content": content, "label": label, "icon": icon, "hides_label": hides_label},
    )


@register.simple_block_tag
def dialog(content: str, *, id: str, title: str, is_open: bool = False) -> SafeString:
    """Wrap content in a native dialog."""
    return render_to_string(
        "ui/dialog.html", {"content": content, "id": id, "title": title, "is_open": is_open}
    )


@register.filter
def yuan(amount: Decimal | None) -> str:
    """Write an amount of yuan: `¥ 12,860.00`; a negative one with a true minus sign."""
    if amount is None:
        return "—"
    sign = "\N{MINUS SIGN}" if amount < 0 else ""
    return f"{sign}¥\N{NO-BREAK SPACE}{abs(amount):,.2f}"


@register.filter
def day(value: date | None) -> str:
    """Write a day with its weekday: `2025-09-26 周五`."""
    return f"{value:%Y-%m-%d} {_weekday(value)}" if value else "—"


@register.filter
def moment(at: datetime | None) -> str:
    """Write a moment with its weekday in Shanghai time; the year only when it is not this one."""
    if at is None:
        return "—"
    local = at.astimezone(SHANGHAI)
    pattern = "%m-%d" if local.year == time.today().year else "%Y-%m-%d"
    return f"{local:{pattern}} {_weekday(local)} {local:%H:%M}"


@register.filter
def deadline(at: datetime | None) -> str:
    """Write a deadline, which is exclusive: one that ends with a day as that day."""
    if at is None:
        return "—"
    local = at.astimezone(SHANGHAI)
    if local.hour or local.minute:
        return moment(at)
    return moment(local - timedelta(minutes=1)).rpartition(" ")[0]


@register.filter
def shown(value: object) -> str:
    """Write the value of a key-value pair by its type."""
    match value:
        case None | "":
            return "—"
        case Decimal():
            return yuan(value)
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case _:
            return str(value)


@register.filter
def is_amount(pair: Pair) -> bool:
    """Tell whether a pair holds money, which is set in tabular figures."""
    return isinstance(pair.value, Decimal)


def _weekday(value: date) -> str:
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return names[value.weekday()]
