"""The command line. Each command imports what it needs when it runs, so that ``kiosk --help`` answers at once.

Exit status: 0 done, 1 a fault of this machine or its surroundings, 2 a mistake in the command or a configuration, 130
interrupted. A fault is one line on standard error that says what and what to do; a configuration's mistakes are a line each.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from kiosk.errors import ConfigError, KioskError

FAULT, MISTAKE, INTERRUPTED = 1, 2, 130

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command in ``arguments`` (by default the process's own); returns the exit status."""
    parser = _parser()
    given = parser.parse_args(arguments)
    command: Command = given.command
    try:
        return command(given)
    except ConfigError as error:
        return _say(error, MISTAKE)
    except KioskError as error:
        return _say(error, FAULT)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough; without this Python complains once more while it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAULT


def _run(given: argparse.Namespace) -> int:
    from kiosk import logs
    from kiosk.config import load_terminal

    config = load_terminal(given.config)
    logs.set_up(config.log_level)
    from kiosk import terminal

    return terminal.run(config)


def _distributor(given: argparse.Namespace) -> int:
    from kiosk import logs
    from kiosk.config import load_distributor

    config = load_distributor(given.config)
    logs.set_up(config.log_level)
    from kiosk.distributor import server

    return server.run(config)


def _add_agent(given: argparse.Namespace) -> int:
    from kiosk.config import load_distributor
    from kiosk.distributor.store import Store

    config = load_distributor(given.config)
    password = None if given.no_password else _new_password()
    with Store(config.state_dir) as store:
        store.add_agent(given.name, given.role, password)
    print(f"{given.name} can sign in at {config.console_url()}")
    return 0


def _agent_link(given: argparse.Namespace) -> int:
    from kiosk.config import load_distributor
    from kiosk.distributor.store import Store

    config = load_distributor(given.config)
    with Store(config.state_dir) as store:
        code = store.agent_link(given.name)
    print(f"{config.console_url()}#code={code}")
    return 0


def _enrolment_code(given: argparse.Namespace) -> int:
    from kiosk.config import load_distributor
    from kiosk.distributor.store import Store

    config = load_distributor(given.config)
    with Store(config.state_dir) as store:
        print(store.new_enrolment_code(given.name, given.branch))
    return 0


def _demo(given: argparse.Namespace) -> int:
    if given.report is not None and given.calls is None:
        raise ConfigError("A report is of a number of calls.", "Add --calls N.")
    if given.report is not None and not given.report.absolute().parent.is_dir():
        raise ConfigError(f"There is no directory for {given.report}.", "Make it, or choose another --report.")
    from kiosk.demo import command

    return command.run(headless=given.headless, calls=given.calls, report_file=given.report)


def _schema(_: argparse.Namespace) -> int:
    from kiosk.protocol.schema import published

    print(published(), end="", flush=True)
    return 0


def _check_config(given: argparse.Namespace) -> int:
    from kiosk.config import load_distributor, load_terminal
    from kiosk.config.manual import manual

    if given.describe:
        print(manual(), end="", flush=True)
        return 0
    if given.file is None:
        raise ConfigError("There is no file to check.", "Give one, or --describe for all keys.")
    (load_distributor if given.distributor else load_terminal)(given.file)
    print(f"{given.file} is well.")
    return 0


def _new_password() -> str:
    """Asked for twice at a prompt, else the first line of standard input. Raises `ConfigError`."""
    from getpass import getpass

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass("Password: ")
    if getpass("The same again: ") != password:
        raise ConfigError("The two passwords differ.", "Try again.")
    return password


def _say(error: KioskError, status: int) -> int:
    print(f"kiosk: {error}", file=sys.stderr)
    return status


class _Version(argparse.Action):
    """Looks the version up only when it is asked for: that reads the installed package's metadata."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"kiosk {version('kiosk')}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kiosk", description="A branch terminal on which one press meets a person, and its distributor."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and end")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    run = _command(commands, "run", _run, "run the terminal on this machine's screen")
    _config_of(run, "the terminal's configuration, by default every key's default")
    _add_distributor(commands)
    demo = _command(commands, "demo", _demo, "show a whole call on this machine: distributor, console, terminal, agent")
    demo.add_argument("--headless", action="store_true", help="draw the terminal's screen in memory only")
    demo.add_argument("--calls", type=_positive, metavar="N", help="place N calls, measure them and end")
    demo.add_argument("--report", type=Path, metavar="FILE", help="write the measured calls to FILE as JSON")
    _command(commands, "schema", _schema, "print the protocol's JSON schema")
    check = _command(commands, "check-config", _check_config, "tell every mistake in a configuration file")
    check.add_argument("file", type=Path, nargs="?", metavar="FILE", help="a terminal's configuration")
    check.add_argument("--distributor", action="store_true", help="FILE is a distributor's configuration")
    check.add_argument("--describe", action="store_true", help="print the manual of all keys, as Markdown")
    return parser


def _add_distributor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    distributor = _command(commands, "distributor", _distributor, "run the distributor, or look after its accounts")
    _config_of(distributor, "the distributor's configuration, by default every key's default")
    inner = distributor.add_subparsers(title="looking after accounts, also while it runs", metavar="COMMAND")
    add = _command(inner, "add-agent", _add_agent, "add an agent; the password is asked for, or read from a pipe")
    add.add_argument("name", metavar="NAME", help="the agent's name, which customers see too")
    add.add_argument("--role", default="Advisor", help="what customers read under the name (default: %(default)s)")
    add.add_argument("--no-password", action="store_true", help="the agent signs in with one-time links only")
    link = _command(inner, "agent-link", _agent_link, "print a link that signs an agent in once, within a day")
    link.add_argument("name", metavar="NAME")
    code = _command(inner, "enrolment-code", _enrolment_code, "print a code with which one terminal enrols")
    code.add_argument("name", metavar="NAME", help="the terminal's name, for example 'Front desk'")
    code.add_argument("--branch", required=True, help="the branch that it stands in")
    for each in (add, link, code):
        # SUPPRESS: without it the default of the inner --config would hide the value of the outer one.
        _config_of(each, "the distributor's configuration", default=argparse.SUPPRESS)


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, command: Command, what: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    parser.set_defaults(command=command)
    return parser


def _config_of(parser: argparse.ArgumentParser, what: str, default: str | None = None) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help=what, default=default)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


_positive.__name__ = "number of 1 or more"  # argparse names a value's type by its function in "invalid ... value"
