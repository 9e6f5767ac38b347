"""getUpdates and the webhook methods."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from ..chats import Json
from ..errors import bad_request, conflict
from ..limits import POLL_LIMIT, POLL_TIMEOUT_S
from ..params import Params
from ..polling import Gone
from ..webhook import Webhook
from ..world import World

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


async def get_updates(world: World, params: Params, gone: Gone) -> list[Any]:
    if world.webhook.url:
        raise conflict(
            "can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
    world.updates.subscribe(params.json("allowed_updates"))
    limit = params.integer("limit") or POLL_LIMIT
    return await world.updates.poll(
        params.integer("offset") or 0,
        limit=min(max(limit, 1), POLL_LIMIT),
        timeout_s=min(max(params.integer("timeout") or 0, 0), POLL_TIMEOUT_S),
        gone=gone,
    )


async def set_webhook(world: World, params: Params, gone: Gone) -> bool:
    url = params.text("url")
    secret = params.text("secret_token")
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    _drop_pending(world, params)
    world.updates.subscribe(params.json("allowed_updates"))
    await world.set_webhook(
        Webhook(
            url=url,
            secret_token=secret,
            max_connections=min(max(params.integer("max_connections") or 40, 1), 100),
            ip_address=params.text("ip_address"),
            has_certificate="certificate" in params.uploads,
        )
    )
    return True


async def delete_webhook(world: World, params: Params, gone: Gone) -> bool:
    _drop_pending(world, params)
    await world.set_webhook(Webhook(url=""))
    return True


async def get_webhook_info(world: World, params: Params, gone: Gone) -> Json:
    return world.webhook.info(world.updates)


def _drop_pending(world: World, params: Params) -> None:
    if params.flag("drop_pending_updates"):
        world.updates.clear()


METHODS = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
