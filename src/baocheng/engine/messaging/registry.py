"""The channels of this installation, by name."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from baocheng.engine.messaging.port import Channel, DeliveryFailed, Outgoing, Receipt
from baocheng.kernel.text import _

Configured = Mapping[str, tuple[str, Mapping[str, Any]]]


class Channels:
    """Named channels. A name without a channel refuses every message, so that the next channel of
    the message is tried."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = dict(channels)

    def __getitem__(self, name: str) -> Channel:
        return self._channels.get(name, _NOT_CONFIGURED)


def configured_channels() -> Channels:
    """Return the channels of `settings.MESSAGING_CHANNELS`: by name, dotted path of the adapter
    and its arguments."""
    configured: Configured = settings.MESSAGING_CHANNELS
    return Channels(
        {name: import_string(path)(**options) for name, (path, options) in configured.items()}
    )


class _NotConfigured:
    def send(self, message: Outgoing) -> Receipt:
        raise DeliveryFailed(_("本系统没有开通该渠道。"), is_temporary=False)


_NOT_CONFIGURED = _NotConfigured()
