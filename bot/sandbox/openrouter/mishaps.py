"""How a fault happens on the wire: refusing, hanging, holding, redirecting, flooding."""

from __future__ import annotations

from bot.sandbox.openrouter.exchange import Exchange
from bot.sandbox.openrouter.faults import Fault, plays_whole
from bot.sandbox.openrouter.refusal import ApiRefusal

MP4_HEAD = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"
FILLER = b"A"


async def play(fault: Fault, exchange: Exchange) -> bool:
    """Let `fault` happen; True when it was the whole answer, False when it spoils what follows."""
    exchange.call.fault = fault.kind
    limit_s = exchange.service.settings.max_hang_s
    if fault.kind == "hold":
        await exchange.wait_at_gate(fault.gate)
        return False
    if not plays_whole(fault):
        exchange.fault = fault
        return False
    if fault.kind == "hang":
        await exchange.service.clock.sleep(min(fault.max_s or limit_s, limit_s))
        raise ApiRefusal(524)
    if fault.kind == "status":
        refusal = fault.refusal()
        if refusal is not None:
            raise refusal
    if fault.kind in ("endless", "bulk"):
        await (_endless if fault.kind == "endless" else _bulk)(fault, exchange)
        return True
    if fault.kind == "redirect":
        await _redirect(fault, exchange)
        return True
    await exchange.reply_bytes(
        fault.body_bytes(),
        content_type=fault.body_type(),
        status=fault.answer_status,
        headers=fault.all_headers(),
    )
    return True


async def _redirect(fault: Fault, exchange: Exchange) -> None:
    location = fault.location.replace("{origin}", exchange.origin)
    headers = {"location": location, "content-length": "0", **fault.headers}
    await exchange.begin(fault.status or 302, headers)
    await exchange.finish()


async def _bulk(fault: Fault, exchange: Exchange) -> None:
    """`size_bytes` of filler between head and tail; no more than a piece of it is ever held."""
    head, tail, kind = *_ends(fault), fault.content_type or "video/mp4"
    headers = {"content-type": kind, **fault.headers}
    if fault.declare_length:
        headers["content-length"] = str(len(head) + fault.size_bytes + len(tail))
    await exchange.begin(fault.answer_status, headers)
    await exchange.write(head)
    piece = FILLER * fault.piece_bytes
    for start in range(0, fault.size_bytes, fault.piece_bytes):
        await exchange.write(piece[: fault.size_bytes - start])
        await exchange.service.clock.sleep(fault.every_ms / 1000)
    await exchange.write(tail)
    await exchange.finish()


async def _endless(fault: Fault, exchange: Exchange) -> None:
    """Pieces without end, until the client goes or a bound is reached; then it breaks off."""
    clock, limit_s = exchange.service.clock, exchange.service.settings.max_hang_s
    until_s = clock.monotonic() + min(fault.max_s or limit_s, limit_s)
    head, _ = _ends(fault)
    headers = {"content-type": fault.content_type or "video/mp4", **fault.headers}
    await exchange.begin(fault.answer_status, headers)
    await exchange.write(head)
    piece, sent = FILLER * fault.piece_bytes, 0
    while sent < fault.size_bytes and clock.monotonic() < until_s:
        await exchange.write(piece)
        sent += len(piece)
        await clock.sleep(fault.every_ms / 1000)


def _ends(fault: Fault) -> tuple[bytes, bytes]:
    """What surrounds the filler; by default the head makes it look like a film."""
    is_film = not fault.head and fault.content_type in ("", "video/mp4")
    return MP4_HEAD if is_film else fault.head.encode(), fault.tail.encode()
