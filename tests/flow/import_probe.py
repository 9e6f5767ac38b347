"""Does in this process what `parley run` does without a config file, and prints what it imported.

    python -m tests.flow.import_probe STAND_INS STATE_DIR

Only the two addresses are changed, for which a real bot without a config file has no setting.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
import time
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.config.load import Loaded


def main() -> None:
    base, state_dir = sys.argv[1:]
    from bot.cli import root

    root.import_lean()
    from bot.cli.prepare import set_up_logs
    from bot.config.load import load

    loaded = pointed_at(load(path=None, environ=os.environ), base)
    set_up_logs(loaded)
    from bot.app.run import run

    address = f"{base}/sandbox/telegram/{os.environ['TELEGRAM_BOT_TOKEN']}/state"
    threading.Thread(target=watch, args=(address,), daemon=True).start()
    asyncio.run(run(loaded, Path(state_dir)))


def pointed_at(loaded: Loaded, base: str) -> Loaded:
    """The same configuration with both services at `base`."""
    config = loaded.config
    telegram = config.channels.telegram.model_copy(update={"api_root": base})
    channels = config.channels.model_copy(update={"telegram": telegram})
    provider = config.openrouter.model_copy(update={"base_url": f"{base}/api/v1"})
    models = config.models.model_copy(update={"providers": {"openrouter": provider}})
    return replace(
        loaded, config=config.model_copy(update={"channels": channels, "models": models})
    )


def watch(address: str) -> None:
    """Print the modules at the first poll, then end the bot politely."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        with opener.open(address, timeout=10) as answer:
            if json.load(answer)["updates"]["polled_now"]:
                break
        time.sleep(0.01)
    sys.stdout.write(f"IMPORTED {json.dumps(sorted(sys.modules))}\n")
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
