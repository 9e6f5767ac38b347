"""Who draws, films and sings: both generations of names, fallbacks, times and sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.app.media_settings import DEFAULT_MAKERS, MADE_BYTES, made_bytes, media_models
from bot.config.load import Loaded, load
from bot.config.schema import Config
from bot.values.media import MediaKind

IMAGE, VIDEO, MUSIC = MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.MUSIC
NAMES = {
    IMAGE: ("imageGenerationModel", "mediaModels.image"),
    VIDEO: ("videoGenerationModel", "mediaModels.video"),
    MUSIC: ("musicGenerationModel", "mediaModels.music"),
}
BOTH = [(kind, name) for kind, names in NAMES.items() for name in names]
Read = Callable[[str], Loaded]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """The configuration whose `agents.defaults` is the given text."""

    def defaults(text: str) -> Loaded:
        path = tmp_path / "config.json5"
        path.write_text(f"{{ agents: {{ defaults: {{ {text} }} }} }}")
        return load(path=path, environ={})

    return defaults


def nested(name: str, value: str) -> str:
    """`a.b: value` as JSON5."""
    outer, _, inner = name.partition(".")
    return f"{outer}: {{ {inner}: {value} }}" if inner else f"{outer}: {value}"


def test_without_a_word_the_bundled_models_make_everything_in_their_own_time() -> None:
    found = media_models(Config())
    assert {kind: makers.models for kind, makers in found.items()} == {
        kind: (model,) for kind, model in DEFAULT_MAKERS.items()
    }
    times = {kind: makers.timeout_s for kind, makers in found.items()}
    assert times == {IMAGE: 180, VIDEO: 600, MUSIC: 300}
    assert made_bytes(Config()) == MADE_BYTES


@pytest.mark.parametrize(("kind", "name"), BOTH)
def test_both_generations_of_names_are_read(read: Read, kind: MediaKind, name: str) -> None:
    value = '{ primary: "openrouter/a/one", fallbacks: ["openrouter/b/two"], timeoutMs: 90_000 }'
    loaded = read(nested(name, value))
    assert not loaded.errors
    found = media_models(loaded.config)
    assert found[kind].models == ("openrouter/a/one", "openrouter/b/two", DEFAULT_MAKERS[kind])
    assert found[kind].timeout_s == 90
    for other in set(MediaKind) - {kind}:
        assert found[other] == media_models(Config())[other]


@pytest.mark.parametrize(("kind", "name"), BOTH)
def test_a_plain_string_names_the_first_model(read: Read, kind: MediaKind, name: str) -> None:
    found = media_models(read(nested(name, '"openrouter/a/one"')).config)
    assert found[kind].models == ("openrouter/a/one", DEFAULT_MAKERS[kind])


@pytest.mark.parametrize(("kind", "name"), BOTH)
def test_the_bundled_model_steps_in_only_where_it_may(
    read: Read, kind: MediaKind, name: str
) -> None:
    off = "mediaGenerationAutoProviderFallback: false"
    one = nested(name, "{ primary: 'openrouter/a/one' }")
    chosen = media_models(read(f"{one}, {off}").config)
    assert chosen[kind].models == ("openrouter/a/one",)
    unchosen = media_models(read(off).config)
    assert unchosen[kind].models == (DEFAULT_MAKERS[kind],), "somebody has to make it"


def test_a_time_alone_leaves_the_model_as_it_is(read: Read) -> None:
    found = media_models(read("imageGenerationModel: { timeoutMs: 240000 }").config)
    assert found[IMAGE].models == (DEFAULT_MAKERS[IMAGE],)
    assert found[IMAGE].timeout_s == 240


def test_of_both_names_the_canonical_one_counts_and_the_owner_is_told(read: Read) -> None:
    loaded = read("""
      imageGenerationModel: { primary: "openrouter/a/old" },
      mediaModels: { image: { primary: "openrouter/a/new", timeoutMs: 5000 } },
    """)
    makers = media_models(loaded.config)[IMAGE]
    assert makers.models[0] == "openrouter/a/old"
    assert makers.timeout_s == 5, "what only one of them says counts"
    (warning,) = loaded.warnings
    assert warning.path == "agents.defaults.mediaModels.image.primary"


def test_a_model_is_asked_once_and_found_by_its_alias(read: Read) -> None:
    loaded = read(f"""
      models: {{ "openrouter/a/one": {{ alias: "Painter" }} }},
      imageGenerationModel: {{
        primary: "painter",
        fallbacks: ["openrouter/a/one", "{DEFAULT_MAKERS[IMAGE]}"],
      }},
    """)
    assert media_models(loaded.config)[IMAGE].models == (
        "openrouter/a/one",
        DEFAULT_MAKERS[IMAGE],
    )


@pytest.mark.parametrize("value", ['"soon"', "0", "-5", "1.5", "true"])
def test_a_time_that_is_none_is_told_and_the_default_counts(read: Read, value: str) -> None:
    loaded = read(f"musicGenerationModel: {{ timeoutMs: {value} }}")
    assert [error.path for error in loaded.errors] == [
        "agents.defaults.musicGenerationModel.timeoutMs"
    ]
    assert media_models(loaded.config)[MUSIC].timeout_s == 300


@pytest.mark.parametrize(("value", "size"), [("25", 25 * 2**20), ("0.5", 2**19)])
def test_the_largest_file_is_given_in_megabytes(read: Read, value: str, size: int) -> None:
    assert made_bytes(read(f"mediaMaxMb: {value}").config) == size


@pytest.mark.parametrize("value", ["0", "-1", '"big"'])
def test_a_size_that_is_none_is_told_and_the_default_counts(read: Read, value: str) -> None:
    loaded = read(f"mediaMaxMb: {value}")
    assert [error.path for error in loaded.errors] == ["agents.defaults.mediaMaxMb"]
    assert made_bytes(loaded.config) == MADE_BYTES
