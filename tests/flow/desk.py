"""A person at the command line: one configuration, one state folder, one stand-in account."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.flow.program import LONGEST_S, parley
from tests.flow.stage import Stage, clean_environment

COMMENTED = """\
// How my bot is set up.
{{
  models: {{ providers: {{ openrouter: {{ baseUrl: "{base}/api/v1", }} }} }}, // a stand-in
  channels: {{ telegram: {{ apiRoot: "{base}" }} }},
  agents: {{
    defaults: {{
      imageGenerationModel: {{ timeoutMs: 180_000, }}, /* slow ones */
    }},
  }},
}}
"""


@dataclass
class Desk:
    """Runs `parley` on files of its own; the account in the stand-in is the stage's."""

    stage: Stage

    def __post_init__(self) -> None:
        self.config = self.stage.folder / "config.json5"
        self.config.write_text(COMMENTED.format(base=self.stage.base))
        self.profiles = self.stage.state_dir / "profiles.json"

    @property
    def places(self) -> dict[str, str]:
        return {"PARLEY_CONFIG": str(self.config), "PARLEY_STATE_DIR": str(self.stage.state_dir)}

    def runs(
        self, *arguments: str, typed: str = "", key: str | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, with the account's key in the environment unless told."""
        given = self.stage.key if key is None else key
        return parley(
            *arguments, typed=typed, OPENROUTER_API_KEY=given, **self.places, **environment
        )

    def prints(self, *arguments: str, **more: str) -> Any:
        """The JSON that a command which succeeds prints."""
        done = self.runs(*arguments, "--json", **more)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def begins(self, *arguments: str, **environment: str) -> Conversation:
        """Start a command that asks something."""
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(**self.places, **environment),
        )
        return Conversation(process)

    def stored(self) -> dict[str, Any]:
        """The default profile."""
        found: dict[str, Any] = json.loads(self.profiles.read_text())["profiles"]
        return dict(found["openrouter:default"])

    def add(self, line: str) -> None:
        """Put one line into the configuration, at its top level."""
        text = self.config.read_text()
        self.config.write_text(text.replace("{\n", "{\n" + line + "\n", 1))


@dataclass
class Conversation:
    """A command that runs and can be answered."""

    process: subprocess.Popen[str]
    heard: str = ""

    def reads(self, pattern: str) -> str:
        """The first group of `pattern` in what it says next."""
        assert self.process.stderr is not None
        while (found := re.search(pattern, self.heard)) is None:
            letter = self.process.stderr.read(1)
            assert letter, f"ended without {pattern}: {self.heard}"
            self.heard += letter
        return found[1]

    def answers(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ends(self) -> int:
        out, err = self.process.communicate(timeout=LONGEST_S)
        self.heard += out + err
        return self.process.returncode


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777
