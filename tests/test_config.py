"""Configuration files: what is well, every mistake at once, and the manual page in step with the code."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from kiosk.config import DistributorConfig, TerminalConfig, VideoSection, load_distributor, load_terminal
from kiosk.config.manual import manual
from kiosk.config.mistakes import keys_of, mistakes_of
from kiosk.errors import ConfigError

ROOT = Path(__file__).parents[1]


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "kiosk.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def complaint(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_terminal(path)
    return str(caught.value)


def test_without_a_file_every_key_has_its_default() -> None:
    assert load_terminal(None) == TerminalConfig()
    assert load_distributor(None) == DistributorConfig()


def test_an_empty_file_is_well(tmp_path: Path) -> None:
    assert load_terminal(written(tmp_path, "")) == TerminalConfig()


def test_values_arrive_with_their_types(tmp_path: Path) -> None:
    config = load_terminal(
        written(
            tmp_path,
            """
            log_level = "debug"
            [terminal]
            state_dir = "~/kiosk"
            language = "de-CH"
            [distributor]
            url = "wss://help.example.org/ws"
            [camera]
            source = "file:/clip.mp4"
            fps = 25
            [button]
            pin = "gpio:17"
            [screen]
            diagonal_mm = 400
            """,
        )
    )
    assert config.terminal.state_dir == Path.home() / "kiosk"
    assert config.distributor.url == "wss://help.example.org/ws"
    assert (config.camera.source, config.camera.fps) == ("file:/clip.mp4", 25)
    assert (config.log_level, config.terminal.language, config.button.pin) == ("debug", "de-CH", "gpio:17")
    assert config.screen.diagonal_mm == 400


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    """Syntax aside, nobody has to start the program twice to see the second mistake."""
    text = complaint(
        written(
            tmp_path,
            """
            log_level = "loud"
            [camera]
            source = "webcam"
            sorce = "auto"
            fps = "thirty"
            [button]
            pin = "gpio:99"
            [video]
            start_kbps = 3000
            max_kbps = 2000
            [sceen]
            fullscreen = false
            """,
        )
    )
    head, *lines = text.splitlines()
    assert head.endswith("kiosk.toml has 7 mistakes:")
    assert [line.strip() for line in lines] == [
        'log_level: found "loud"; expected one of "debug", "info", "warning", "error"',
        'camera.source: found "webcam"; expected auto, v4l2:/dev/video0, rpicam, pattern or file:/path/to/video',
        'camera.fps: found "thirty"; expected a whole number from 5 to 60',
        "camera.sorce: there is no such key; did you mean camera.source?",
        'button.pin: found "gpio:99"; expected gpio:NUMBER (BCM, 0 to 27), virtual or none',
        "sceen: there is no such table; did you mean screen?",
        "video.start_kbps: found 3000; expected no more than max_kbps, which is 2000",
    ]


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"fps": 30}, "fps: there is no such key; did you mean camera.fps?"),
        ({"width": 1}, "width: there is no such key; did you mean camera.width or screen.width?"),
        ({"video": {"zzz": 1}}, "video.zzz: there is no such key; expected one of min_kbps, start_kbps, max_kbps"),
        ({"camera": {"FPS": 1}}, "camera.FPS: there is no such key; did you mean camera.fps?"),
        ({"camera": 1}, "camera: found 1; expected a table"),
        ({"camera": [{}]}, "camera: found a list; expected a table"),
        ({"camera": {"fps": {}}}, "camera.fps: found a table; expected a whole number from 5 to 60"),
        ({"camera": {"fps": True}}, "camera.fps: found true; expected a whole number from 5 to 60"),
        ({"camera": {"fps": 4}}, "camera.fps: found 4; expected a whole number from 5 to 60"),
        ({"screen": {"fullscreen": 1}}, "screen.fullscreen: found 1; expected true or false"),
        (
            {"screen": {"diagonal_mm": float("nan")}},
            "screen.diagonal_mm: found NaN; expected a number from 100 to 3000",
        ),
        (
            {"microphone": {"source": "tone:high"}},
            'microphone.source: found "tone:high"; expected auto, device:NAME, tone:HZ, beep:HZ, speech or file:/path/to/sound',
        ),
        (
            {"speaker": {"sink": "loud"}},
            'speaker.sink: found "loud"; expected auto, device:NAME, measure or file:/path/to/record.wav',
        ),
        ({"terminal": {"state_dir": ""}}, 'terminal.state_dir: found ""; expected a path'),
        ({"terminal": {"state_dir": "~nobody-here/x"}}, 'terminal.state_dir: found "~nobody-here/x"; expected a path'),
        (
            {"terminal": {"language": "english please"}},
            'terminal.language: found "english please"; expected a language tag such as en or de-CH',
        ),
    ],
)
def test_each_kind_of_mistake(values: dict[str, Any], line: str) -> None:
    assert mistakes_of(TerminalConfig, values) == [line]


def test_secrets_are_not_repeated() -> None:
    """Neither an enrolment code nor a password in an address may end up in a log."""
    lines = mistakes_of(
        TerminalConfig,
        {"terminal": {"enrolment_code": "s3cret" * 30}, "distributor": {"url": "wss://me:s3cret@host/ws"}},
    )
    assert len(lines) == 2
    assert "s3cret" not in "".join(lines)
    assert mistakes_of(TerminalConfig, {"terminal": {"enrolment_code": 12345}}) == [
        "terminal.enrolment_code: found a whole number; expected text"
    ]


@pytest.mark.parametrize("url", ["ws://help.example.org/ws", "http://127.0.0.1/", "wss://", "ws://10.0.0.1/ws", "help"])
def test_only_tls_leaves_the_machine(url: str) -> None:
    (line,) = mistakes_of(TerminalConfig, {"distributor": {"url": url}})
    assert line.startswith(f'distributor.url: found "{url}"; expected wss://HOST/ws')


def test_a_mistaken_value_hides_only_conflicts_with_itself() -> None:
    """A wrong limit can't be compared with, another table's conflict can."""
    lines = mistakes_of(TerminalConfig, {"video": {"start_kbps": 9000, "max_kbps": "much"}})
    assert lines == ['video.max_kbps: found "much"; expected a whole number from 100 to 10000']


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"tls_certificate": "a.pem"}, "tls_key: is missing; expected the key's file beside tls_certificate"),
        ({"tls_key": "a.pem"}, "tls_certificate: is missing; expected the certificate's file beside tls_key"),
        (
            {"host": "0.0.0.0"},  # noqa: S104 - refused, which is the point
            'host: found "0.0.0.0"; expected 127.0.0.1, ::1 or localhost, or tls_certificate and tls_key beside it',
        ),
        (
            {"ice": {"turn_urls": ["turn:a:1"]}},
            "ice.turn_secret_file: is missing; expected the secret's file beside turn_urls",
        ),
        (
            {"ice": {"turn_secret_file": "s"}},
            "ice.turn_urls: is missing; expected the servers beside turn_secret_file",
        ),
        *(
            (
                {"ice": {"stun_urls": wrong}},
                f"ice.stun_urls: found {found}; expected a list of up to 8 addresses such as stun:turn.example.com:3478",
            )
            for wrong, found in (
                ("stun:a", '"stun:a"'),
                ([3], "a list"),
                (["turn:a"], "a list"),
                (["stun:a"] * 9, "a list"),
                (["stun:me:secret@a"], "a list"),
            )
        ),
        ({"port": 65536}, "port: found 65536; expected a whole number from 0 to 65535"),
        ({"wrap_up": 3}, "wrap_up: there is no such key; did you mean wrap_up_s?"),
        (
            {"public_url": "ftp://x"},
            'public_url: found "ftp://x"; expected https://HOST/ (or http://HOST/) with no name or password in it',
        ),
    ],
)
def test_mistakes_of_a_distributor(values: dict[str, Any], line: str) -> None:
    assert mistakes_of(DistributorConfig, values) == [line]


def test_a_distributor_with_tls_may_serve_every_network() -> None:
    values = {"host": "0.0.0.0", "tls_certificate": "a.pem", "tls_key": "b.pem"}  # noqa: S104 - a value, nothing listens
    assert mistakes_of(DistributorConfig, values) == []


def test_conflicts_are_found_in_code_too() -> None:
    """A configuration that isn't read from a file obeys the same rules."""
    with pytest.raises(ValidationError, match="no more than max_kbps"):
        VideoSection(start_kbps=3000, max_kbps=2000)
    with pytest.raises(ValidationError, match="no more than start_kbps"):
        VideoSection(min_kbps=500, start_kbps=400)


@pytest.mark.parametrize(
    ("values", "url"),
    [
        ({}, "http://127.0.0.1:8760/"),
        ({"host": "::1", "port": 1}, "http://[::1]:1/"),
        ({"tls_certificate": Path("a"), "tls_key": Path("b"), "host": "desk.example"}, "https://desk.example:8760/"),
        ({"public_url": "https://help.example.org/agents"}, "https://help.example.org/agents/"),
        ({"ice": {"stun_urls": ["stun:a", "stun:[::1]:3478"], "lifetime_s": 600}}, "http://127.0.0.1:8760/"),
    ],
)
def test_the_address_that_agents_open(values: dict[str, Any], url: str) -> None:
    assert DistributorConfig(**values).console_url() == url


def test_on_every_network_the_machine_s_name_is_the_address() -> None:
    config = DistributorConfig(host="::", tls_certificate=Path("a"), tls_key=Path("b"))
    assert "::" not in config.console_url()


def test_a_port_of_chance_has_no_address() -> None:
    with pytest.raises(ConfigError, match="public_url"):
        DistributorConfig(port=0).console_url()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[camera]\nfps == 3", "line 2, column 6"),
        ('[camera]\nsource = "auto', "line 2"),
        ("[camera]\nfps = 3\nfps = 4", "line 3"),
        ("a = " + "[" * 5000, "nested"),
        (b"name = '\xff'", "isn't UTF-8 text (byte 8)"),
        (b"\x00", "isn't TOML"),
    ],
)
def test_what_is_no_toml_is_said_with_its_place(tmp_path: Path, text: str | bytes, words: str) -> None:
    said = complaint(written(tmp_path, text))
    assert words in said
    assert "kiosk.toml" in said


def test_a_missing_file(tmp_path: Path) -> None:
    assert "There is no configuration file" in complaint(tmp_path / "nowhere.toml")


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    assert "can't be read: Is a directory" in complaint(tmp_path)


def test_every_key_has_its_meaning_in_the_manual() -> None:
    for model in (TerminalConfig, DistributorConfig):
        for path, field in keys_of(model):
            assert field.description or len(path) == 1, f"{'.'.join(path)} needs a docstring under it"


def test_the_manual_page_is_in_step_with_the_code() -> None:
    """After a change: ``uv run kiosk check-config --describe > docs/configuration.md``."""
    assert (ROOT / "docs/configuration.md").read_text(encoding="utf-8") == manual()
