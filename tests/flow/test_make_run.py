"""`make run` is `parley start`: what each combination of the two secrets leads to."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.flow.program import parley, processes_of, running
from tests.flow.stage import BotProcess, Stage, eventually

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\S*")
QUESTION = "Good morning!"


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing is configured."""
    return {"PARLEY_STATE_DIR": str(tmp_path / "state"), "HOME": str(tmp_path)}


def address_in(bot: BotProcess) -> str:
    """The page's address, as soon as it is printed."""
    found = eventually(
        lambda: ADDRESS.search(bot.log) or bot.process.poll() is not None, "the page's address"
    )
    assert isinstance(found, re.Match), bot.log
    return found[0]


def test_without_secrets_the_sandbox_starts_and_its_page_shows_a_conversation(
    tmp_path: Path, home: dict[str, str]
) -> None:
    with (
        running("start", log=tmp_path / "log", **home) as bot,
        httpx.Client(timeout=30, trust_env=False) as http,
    ):
        address = address_in(bot)
        page = http.get(address, follow_redirects=True)
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")

        parts = urlsplit(str(page.url))
        (token,) = parse_qs(parts.query)["token"]
        world = f"{parts.scheme}://{parts.netloc}/sandbox/telegram/{token}"
        http.post(f"{world}/messages", json={"from": 1, "text": QUESTION}).raise_for_status()

        def answered() -> bool:
            (chat,) = http.get(f"{world}/state", params={"chat_id": 1}).json()["chats"]
            return any(message["outgoing"] for message in chat["messages"])

        eventually(answered, "an answer in the conversation")
        assert bot.stop() == 0, bot.log
        assert processes_of(bot.process.pid) == [], "the stand-ins end with the bot"


def test_a_token_alone_explains_what_is_missing(home: dict[str, str]) -> None:
    token = f"123456:{'a' * 35}"
    ended = parley("start", TELEGRAM_BOT_TOKEN=token, **home)

    assert ended.returncode == 2
    assert "OPENROUTER_API_KEY" in ended.stderr
    assert token not in ended.stderr + ended.stdout


def test_a_key_alone_starts_the_sandbox_and_says_what_it_may_cost(
    stage: Stage, home: dict[str, str]
) -> None:
    # The config leads to a stand-in in place of the real service: nothing may leave this machine.
    path = stage.folder / "config.json5"
    path.write_text(json.dumps({"models": stage.config["models"]}))
    environment = {**home, "OPENROUTER_API_KEY": stage.key, "PARLEY_CONFIG": str(path)}
    with running("start", log=stage.folder / "log", **environment) as bot:
        address_in(bot)
        assert "paid from your key" in bot.log
        assert stage.key not in bot.log
        assert bot.stop() == 0, bot.log


def test_both_secrets_start_the_bot(stage: Stage) -> None:
    stage.answers("Good morning to you.")
    path = stage.folder / "config.json5"
    path.write_text(json.dumps(stage.config))
    environment = {"OPENROUTER_API_KEY": stage.key, "TELEGRAM_BOT_TOKEN": stage.token}
    options = ["--config", str(path), "--state-dir", str(stage.state_dir)]
    with running("start", *options, log=stage.folder / "log", **environment) as bot:
        stage.says(QUESTION)
        stage.awaits_text("Good morning to you.")
        assert bot.stop() == 0, bot.log
        assert not ADDRESS.search(bot.log.replace(stage.base, ""))
