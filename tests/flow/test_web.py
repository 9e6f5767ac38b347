"""Health and metrics over HTTP, as a platform, a supervisor and Prometheus ask for them."""

from __future__ import annotations

import json
import resource
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests import voices
from tests.flow.guest import Guest
from tests.flow.program import parley, secrets_of
from tests.flow.stage import BotProcess, Stage, eventually

QUESTION = "What is the capital of Italy?"
ANY_PORT = "0"
# Short, so that nobody waits for two minutes of silence.
QUICK = {"parley": {"timeouts": {"telegramPollS": 1, "telegramSilenceS": 4}}}
SILENT = "no poll has completed for"


class Site:
    """What a bot answers at its port."""

    def __init__(self, stage: Stage, bot: BotProcess) -> None:
        (said,) = eventually(lambda: bot.events("http.serving"), f"the port\n{bot.log}")
        self.host: str = said["host"]
        self.base = f"http://127.0.0.1:{said['port']}"
        self._http = stage.http

    def get(self, path: str) -> httpx.Response:
        return self._http.get(self.base + path)

    def ready(self) -> tuple[int, dict[str, str]]:
        """The status of /readyz and its checks."""
        answer = self.get("/readyz")
        body = answer.json()
        assert body["ready"] == (answer.status_code == 200)
        return answer.status_code, body["checks"]

    def awaits(self, status: int, **checks: str) -> None:
        """Until /readyz answers `status` and each of `checks` begins as said."""

        def stands() -> bool:
            got, said = self.ready()
            begins = (said.get(name, "").startswith(text) for name, text in checks.items())
            return got == status and all(begins)

        eventually(stands, f"{status} with {checks}; got {self.ready()}")

    def figures(self) -> dict[tuple[str, str], float]:
        """Every sample of /metrics by its name and its labels, written out."""
        return {
            (sample.name, ",".join(f"{k}={v}" for k, v in sorted(sample.labels.items()))): (
                sample.value
            )
            for family in text_string_to_metric_families(self.get("/metrics").text)
            for sample in family.samples
        }


def opened(stage: Stage, **environment: str) -> tuple[BotProcess, Site]:
    """A bot that answers at a port."""
    bot = stage.start(**{"PORT": ANY_PORT, **environment})
    return bot, Site(stage, bot)


@contextmanager
def file_limit(bot: BotProcess, size_bytes: int) -> Iterator[None]:
    """While the block runs, no file of the bot grows beyond `size_bytes`: a full disk."""
    pid = bot.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def run_out(stage: Stage, **environment: str) -> subprocess.CompletedProcess[str]:
    """`parley run` when it is expected to end by itself."""
    path = stage.folder / "config.json5"
    path.write_text(json.dumps(stage.config))
    places = ("--config", str(path), "--state-dir", str(stage.state_dir))
    return parley("run", *places, **{**secrets_of(stage), **environment})


def test_a_bot_that_polls_is_alive_and_ready(stage: Stage) -> None:
    stage.configure(QUICK)
    _, site = opened(stage)
    assert site.get("/healthz").status_code == 200
    site.awaits(200, telegram="ok", store="ok")


def test_a_platform_that_sets_port_reaches_the_bot_from_outside(stage: Stage) -> None:
    stage.configure({"parley": {"http": {"port": 1}}})
    _, site = opened(stage)
    assert site.host == "0.0.0.0"


def test_a_configured_port_is_for_this_machine(stage: Stage) -> None:
    stage.configure({"parley": {"http": {"port": 0}}})
    _, site = opened(stage, PORT="")
    assert site.host == "127.0.0.1"
    assert site.get("/healthz").status_code == 200


def test_without_a_port_nobody_is_answered(stage: Stage) -> None:
    bot = stage.start(PORT="")
    stage.answers("Rome.")
    stage.says(QUESTION)
    stage.awaits_settled()
    assert not bot.events("http.serving")


def test_a_port_that_is_no_number_is_told_and_stops_nobody(stage: Stage) -> None:
    bot = stage.start(PORT="http")
    (event,) = bot.events("http.port_ignored")
    assert "PORT" in event["reason"]
    assert not bot.events("http.serving")


def test_a_bot_that_hears_nothing_is_alive_but_not_ready_until_it_hears_again(
    stage: Stage,
) -> None:
    stage.configure(QUICK)
    _, site = opened(stage)
    site.awaits(200, telegram="ok")
    broken = {"method": "getUpdates", "kind": "status", "status": 502, "times": -1}
    stage.telegram.post("faults", broken)
    site.awaits(503, telegram=SILENT, store="ok")
    assert site.get("/healthz").status_code == 200
    assert site.figures()["parley_ready", "check=telegram"] == 0
    stage.telegram.delete("faults")
    site.awaits(200, telegram="ok")


def test_a_poll_that_hangs_counts_as_silence(stage: Stage) -> None:
    stage.configure(QUICK)
    _, site = opened(stage)
    site.awaits(200, telegram="ok")
    stage.telegram.post("faults", {"method": "getUpdates", "kind": "hang", "times": -1})
    site.awaits(503, telegram=SILENT)


def test_a_bot_that_waits_for_telegram_at_its_start_is_alive_but_not_ready(stage: Stage) -> None:
    stage.telegram.post("faults", {"method": "getMe", "kind": "hang", "times": -1})
    bot = stage.start(ready=False, PORT=ANY_PORT)
    site = Site(stage, bot)
    assert site.get("/healthz").status_code == 200
    site.awaits(503, telegram="no poll has completed yet", store="ok")


def test_a_full_disk_is_not_ready_and_heals(stage: Stage) -> None:
    stage.configure(QUICK)
    bot, site = opened(stage)
    site.awaits(200, store="ok")
    with file_limit(bot, bot.log_path.stat().st_size + 20_000):
        site.awaits(503, store="the database can't be written")
        assert site.get("/healthz").status_code == 200
        assert site.figures()["parley_ready", "check=store"] == 0
    site.awaits(200, store="ok")


def test_one_voice_turn_is_found_in_the_metrics(stage: Stage) -> None:
    stage.configure(QUICK)
    _, site = opened(stage)
    stage.answers("Rome is the capital of Italy.")
    Guest(stage, 1).plays(voices.say(QUESTION), heard=QUESTION)
    site.awaits(200)
    figures = site.figures()
    count = "parley_turn_stage_seconds_count"
    waits = ("transcript", "first_text", "first_sound", "end")
    assert [figures[count, f"stage={name}"] for name in waits] == [1, 1, 1, 1]
    sums = [figures["parley_turn_stage_seconds_sum", f"stage={name}"] for name in waits]
    assert sums == sorted(sums)
    assert sums[0] > 0
    assert figures["parley_turn_stage_seconds_bucket", "le=+Inf,stage=end"] == 1
    assert figures["parley_turns_total", "ending=done"] == 1
    assert figures["parley_paid_calls_total", "kind=chat,result=done"] == 1
    assert figures["parley_spend_usd_total", "kind=chat"] > 0
    assert figures["parley_polls_total", "channel=telegram"] >= 1
    assert figures["parley_inbox_waiting", ""] == 0
    assert figures["parley_outbox_depth", ""] == 0


def test_what_upstream_refused_is_counted_by_code(stage: Stage) -> None:
    _, site = opened(stage)
    stage.openrouter.post("faults", {"endpoint": "chat", "kind": "status", "status": 402})
    Guest(stage, 1).asks(QUESTION)
    figures = site.figures()
    assert figures["parley_upstream_errors_total", "code=upstream.credit"] == 1
    assert figures["parley_turns_total", "ending=failed"] == 1


def test_nothing_that_is_served_names_a_person_or_a_secret(stage: Stage) -> None:
    _, site = opened(stage)
    guest = Guest(stage, 987_654_321)
    stage.answers("Rome.")
    guest.asks(QUESTION)
    served = "".join(site.get(path).text for path in ("/metrics", "/readyz", "/healthz"))
    for told in (str(guest.id), stage.key, stage.token, "Rome", "Italy"):
        assert told not in served


def test_requests_leave_no_line_in_the_log(stage: Stage) -> None:
    bot, site = opened(stage)
    site.get("/readyz?token=something-private")
    site.get("/nowhere")
    assert "something-private" not in bot.log
    assert "nowhere" not in bot.log


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/", "GET", 404), ("/metrics", "POST", 405), ("/healthz", "HEAD", 200)],
)
def test_nothing_else_is_answered(stage: Stage, path: str, method: str, status: int) -> None:
    _, site = opened(stage)
    assert stage.http.request(method, site.base + path).status_code == status


def test_a_port_in_use_ends_the_start_with_a_sentence(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        stage.configure({"parley": {"http": {"host": "127.0.0.1"}}})
        ended = run_out(stage, PORT=port)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert f"Port {port} is in use" in ended.stderr.splitlines()[-1]


def test_an_address_that_is_not_of_this_machine_ends_the_start_with_a_sentence(
    stage: Stage,
) -> None:
    stage.configure({"parley": {"http": {"host": "192.0.2.1", "port": 0}}})
    ended = run_out(stage)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "192.0.2.1" in ended.stderr.splitlines()[-1]


def test_sigterm_ends_the_bot_with_0_though_a_visitor_stays_connected(stage: Stage) -> None:
    bot, site = opened(stage)
    host, _, port = site.base.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as silent:
        silent.sendall(b"GET /healthz HTTP/1.1\r\n")  # and no more
        assert bot.stop() == 0, bot.log
    assert "Traceback" not in bot.log


def test_a_bot_that_ends_says_so_while_it_drains(stage: Stage) -> None:
    stage.answers("", chunks=["I am ", {"text": "here.", "hold": "slow"}])
    bot, site = opened(stage)
    stage.says(QUESTION)
    stage.openrouter.get("calls", endpoint="chat", at_least=1, timeout_s=30)
    bot.process.terminate()
    site.awaits(503, process="the bot is ending")
    stage.openrouter.post("release", {"gate": "slow"})
    assert bot.wait() == 0, bot.log
    assert stage.texts() == ["I am here."]


def test_sigterm_before_the_port_is_served_ends_at_once(stage: Stage) -> None:
    stage.telegram.post("faults", {"method": "getMe", "kind": "hang", "times": -1})
    bot = stage.start(ready=False, PORT=ANY_PORT)
    eventually(lambda: stage.telegram_calls("getMe"), "the first call")
    bot.process.terminate()
    assert bot.wait() == 0, bot.log
    assert "Traceback" not in bot.log
