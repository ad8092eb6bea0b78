#!/usr/bin/env python3
"""Tao, a live drum-loop machine. Start here: the command line, which joins engine, models and screen.

Settings: flag > TAO_* in the environment > config.toml > default. Data goes to stdout, messages to stderr.
Exit: 0 done, 1 failed, 2 usage, 3 no such device, 4 weights missing, 130 interrupted.
"""

import os
import secrets
import shlex
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import click
import platformdirs

from engine.core.errors import DeviceNotFound, TaoError, UsageError
from engine.core.methods import USUAL, methods_of
from engine.library.command_line import export, import_verb
from engine.library.index.command_line import library_verb
from engine.server.command_line import calibrate_verb, compile_verb, devices, doctor_verb, sessions_verb
from engine.server.config import config_file, read_config, write_setting
from engine.server.rendering import render
from engine.server.saving import save, sets_verb
from models.command_line import correct, decompose, models
from models.demo_file import demo_file, write_demo
from models.training.command_line import evaluate, train
from models.transformation.command_line import transform
from models.weights.shipped import verify_weights
from models.worker_argv import WORKER
from tui.command_line import keys_verb
from tui.glyphs import glyphs_for
from tui.key_presets import PRESETS
from tui.screen_setup import COLOURS, THEMES, ScreenSetup, screen_setup
from tui.terminal import check_terminal

CONTEXT = {"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "TAO", "max_content_width": 100}
# options that concern only the screen or the start
NOT_FOR_ENGINES = {"loop", "another", "empty", "keys", "theme", "colours", "ascii", "fps",
                   "plain", *dict(USUAL.items())}


def talk(text: str) -> None:
    """Say something to the person, not to the pipe."""
    click.echo(text, err=True)


@click.group(context_settings=CONTEXT, invoke_without_command=True)
@click.version_option(package_name="tao-live", prog_name="tao")
@click.option("--audio", type=click.Choice(["auto", "jack", "portaudio", "null"]), default="auto",
              show_default=True, help="Audio backend: jack, portaudio, null (no sound), or auto: the first that is "
              "there, in this order. PipeWire answers as jack.")
@click.option("--device", default=None, help="PortAudio output: its name or part of it; see `devices`.")
@click.option("--input", "input_device", default=None, help="PortAudio input: its name or part of it.")
@click.option("--sample-rate", type=click.IntRange(8000, 192000), default=48000, show_default=True,
              help="In Hz. JACK uses its server's sample rate.")
@click.option("--block", "block_frames", type=click.IntRange(64, 4096), default=128, show_default=True,
              help="Frames per block, a multiple of 64. JACK uses its server's block size.")
@click.option("--effects", default="pyo", show_default=True,
              help="Effects rack: pyo, bypass (no effects), or the name of an installed plugin.")
@click.option("--transcriber", default=USUAL.transcriber, show_default=True, help="Finds the hits of what you record. "
              "The verb `models` lists the plugins.")
@click.option("--separator", default=USUAL.separator, show_default=True, help="Splits it into one stem per drum.")
@click.option("--extractor", default=USUAL.extractor, show_default=True, help="Makes the one-shots.")
@click.option("--link", is_flag=True, help="Follow Ableton Link when no MIDI clock comes in (clock source auto).")
@click.option("--transport", type=click.Choice(["follow", "lead", "off"]),
              help="JACK's transport: follow it, lead it, or leave it alone. Default: what you did last time.")
@click.option("--loop", type=click.Path(path_type=Path), help="Open this loop or decomposition folder.")
@click.option("--empty", is_flag=True, help="Start without a loop, ready to record.")
@click.option("--keys", multiple=True, metavar="KEYBOARD|ACTION=KEYS",
              help=f"Choose a keyboard ({', '.join(PRESETS)}), or give an action other keys, such as record=r,f5. The "
                   "verb `keys` lists the actions.")
@click.option("--theme", type=click.Choice(list(THEMES)), help="Colours: "
              + ", ".join(f"{name} ({words})" for name, words in THEMES.items()) + ".")
@click.option("--colours", type=click.Choice(list(COLOURS)), help="How many. Default: as many as the terminal has.")
@click.option("--ascii", is_flag=True, help="Draw with plain letters. Default: where the terminal has no others.")
@click.option("--fps", type=click.IntRange(1, 60), help="Screen updates a second. Default: 30, over SSH 10.")
@click.option("--plain", is_flag=True, help="No screen: type lines, read sentences. For screen readers and scripts.")
@click.option("--another", is_flag=True, help="Start another engine even if one is already running.")
@click.pass_context
def cli(context: click.Context, loop: Path | None, another: bool, empty: bool, **settings: Any) -> None:
    """Record a drum loop, decompose it, and play it as a kit and a pattern. Without a verb, Tao opens its screen."""
    if context.invoked_subcommand is None:
        asked_now = context.get_parameter_source("empty") is click.core.ParameterSource.COMMANDLINE
        open_instrument(loop, another, settings, empty=empty, recover=not (loop or (empty and asked_now)))


def open_instrument(loop: Path | None, another: bool, asked: dict[str, Any], empty: bool, recover: bool) -> None:
    """Start an engine and show its screen until the musician leaves. It plays `loop`; without one, it continues a
    session that crashed, if it may `recover`, or else plays the demo, or is `empty`."""
    from engine.server.running_engines import engines
    from engine.sessions.listing import broken_off

    if not asked["plain"]:
        check_terminal()
    if loop is not None and not loop.exists():
        raise UsageError(f"There is no file or folder {str(loop)!r} to open. Check the name after --loop.")
    if not another and (found := engines()):
        raise TaoError(f"An engine is already running; it {found[0].words}. Open a screen on it with `attach`, or "
                       "start another one with --another.")
    try:
        crashed = broken_off(sessions_folder()) if recover else None
        if crashed is not None:
            return continue_session(crashed.folder, asked)
    except TaoError as problem:
        talk(f"tao: The last session crashed and cannot be continued. {problem}")
    if loop is None and not empty:
        loop = demo_file(platformdirs.user_data_path("tao"))
    start_and_show(asked, loop)


def continue_session(session: Path, asked: dict[str, Any]) -> None:
    """Open the instrument as it was at the end of a session."""
    start_and_show({**asked, "resume": str(session)}, None)


def continue_set(session: Path, midi: Path, asked: dict[str, Any]) -> None:
    """Open the instrument as it was at the end of a set, with the set's MIDI setup, which then keeps its changes."""
    start_and_show({**asked, "resume": str(session), "midi_file": str(midi)}, None)


def start_and_show(asked: dict[str, Any], first: Path | None) -> None:
    """Start an engine, let it play `first`, and show its screen until the musician leaves."""
    screen = screen_of(asked)
    show(started(asked, first), screen, guided=True)


def started(asked: dict[str, Any], first: Path | None) -> Any:
    """A client of a new engine, which plays `first`."""
    from engine.bridge.client import EngineClient
    from engine.server.compile import shown
    from engine.server.launch import start_engine

    settings = engine_settings(asked)
    talk("Tao: starting the engine")
    with shown() as progress:
        engine = EngineClient(start_engine(settings, progress))
    if first is not None:
        threading.Thread(target=play_first, args=(engine, first), daemon=True).start()
    return engine


def sessions_folder() -> Path:
    """Where sessions are."""
    return platformdirs.user_state_path("tao") / "sessions"


def library_places() -> Any:
    """Where the library is: its index, the file that remembers its folders, and Tao's own folder."""
    from engine.library.index.places import Places

    return Places(platformdirs.user_cache_path("tao") / "library.sqlite",
                  platformdirs.user_config_path("tao") / "library.json", (platformdirs.user_data_path("tao"),))


def engine_settings(asked: dict[str, Any]) -> Any:
    """The options of the command line as the engine's settings, with Tao's own folders."""
    from engine.audio.settings import AUTO, EngineSettings

    data, places = platformdirs.user_data_path("tao"), library_places()
    options = {"midi_file": str(midi_file()),
               **{name: value for name, value in asked.items() if name not in NOT_FOR_ENGINES}}
    return EngineSettings(**{**options, "audio": asked["audio"] or AUTO}, takes_folder=str(data / "takes"),
                          sessions_folder=str(sessions_folder()), worker_argv=WORKER, methods=methods_of(asked),
                          calibration_file=str(data / "calibration.json"),
                          library_index=str(places.index), library_folders=str(places.named))


def midi_file() -> Path:
    """Where MIDI connections and the controller map are."""
    return platformdirs.user_config_path("tao") / "midi.json"


def play_first(engine: Any, loop: Path) -> None:
    """Load the loop, and start the song as soon as there is something to hear."""
    from engine.core.commands import Play

    try:
        if loop.is_dir():
            engine.load_folder(loop)
        else:
            engine.open_audio(loop)
        if engine.wait(lambda snapshot: snapshot.status.machine.loop is not None, 60.0):
            engine.send(Play())
    except TaoError:
        return  # the engine has stopped; the screen says so


def screen_of(asked: dict[str, Any]) -> ScreenSetup | None:
    """The screen that the command line, keys.toml and this terminal ask for; None for the line mode. Raises UsageError
    where none can be drawn."""
    if asked["plain"]:
        return None
    setup = setup_of(asked)
    check_terminal()
    return setup


def setup_of(asked: dict[str, Any]) -> ScreenSetup:
    """The look and the keys that are asked for."""
    return screen_setup(asked, os.environ, sys.platform, key_file(), partial(write_setting, config_file(), "theme"))


def key_file() -> Path:
    """Where the user's own keys are."""
    return platformdirs.user_config_path("tao") / "keys.toml"


def show(engine: Any, screen: ScreenSetup | None, guided: bool = False) -> None:
    """Show this engine's screen, or its lines, until the musician leaves; the engine plays on unless it was told to
    quit. guided: explain the first steps to who has not seen them."""
    try:
        if screen is None:
            from tui.plain.session import run_plain

            run_plain(engine, sys.stdin, click.echo)
        else:
            os.environ.update(screen.look.environment)
            from tui.app import open_screen
            from tui.guide import Guide

            guide = Guide(platformdirs.user_state_path("tao") / "guide-seen") if guided else None
            open_screen(engine, screen, guide)
    finally:
        engine.close()


@cli.command()
@click.argument("engine", type=int, required=False)
@click.option("--plain", is_flag=True, help="No screen: type lines, read sentences.")
@click.pass_context
def attach(context: click.Context, engine: int | None, plain: bool) -> None:
    """Open a screen on the running engine. If there are several, give the process id of the one you want as ENGINE."""
    from engine.bridge.client import EngineClient
    from engine.server.running_engines import socket_of

    asked = context.find_root().params
    screen = screen_of({**asked, "plain": plain or asked["plain"]})
    show(EngineClient(socket_of(engine)), screen)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen to.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free one.")
@click.option("--token", help="The secret in the address. Default: a new one each time.")
@click.option("--no-token", is_flag=True, help="Let everybody in who can reach the address.")
@click.pass_context
def serve(context: click.Context, host: str, port: int, token: str | None, no_token: bool) -> None:
    """Show Tao's screen in a browser.

    Prints the address to open. Shows the running engine, or starts one that plays the demo. Ctrl-C ends the browser's
    screens; the music plays on. Needs `pip install 'tao-live[serve]'`.
    """
    from engine.bridge.client import EngineClient
    from engine.server.running_engines import engines

    try:
        from tui.browser.server import Address, Served
        from tui.browser.server import serve as serve_screens
    except ImportError:
        raise TaoError("The browser's screen needs textual-serve. Install it with `pip install 'tao-live[serve]'`.") \
            from None
    asked = context.find_root().params
    setup_of(asked)
    running = engines()
    engine = EngineClient(running[0].socket) if running else started(
        asked, None if asked["empty"] else asked["loop"] or demo_file(platformdirs.user_data_path("tao")))
    os.environ.setdefault("TAO_GLYPHS", "unicode")  # a browser has every shape
    secret = None if no_token else token or secrets.token_urlsafe(24)
    try:
        serve_screens(Served(screen_command(asked, engine.pid), lambda: bool(engine.connected), click.echo, talk),
                      Address(host, port, secret))
        talk("The music plays on. Come back with: tao_live.py attach" if engine.connected else "The engine has ended.")
    finally:
        engine.close()


def screen_command(asked: dict[str, Any], engine: int) -> str:
    """The shell's command for a screen on the engine with this process id, as it was asked for."""
    flags = [f"--{name}={asked[name]}" for name in ("theme", "colours", "fps") if asked[name] is not None]
    flags += [f"--keys={word}" for word in asked["keys"]] + (["--ascii"] if asked["ascii"] else [])
    return shlex.join([sys.executable, str(Path(__file__).resolve()), *flags, "attach", str(engine)])


@cli.command()
@click.argument("session", required=False)
@click.pass_context
def resume(context: click.Context, session: str | None) -> None:
    """Open Tao as it was at the end of SESSION, or of the last one.

    `sessions` lists them.
    """
    from engine.sessions.listing import find_session

    folder = find_session(sessions_folder(), session)
    continue_session(folder, context.find_root().params)


@cli.command()
@click.option("-o", "--out", "out", required=True, type=click.Path(path_type=Path), help="The folder to write.")
@click.option("--overwrite", is_flag=True, help="Replace what an earlier demo wrote there.")
@click.pass_context
def demo(context: click.Context, out: Path, overwrite: bool) -> None:
    """Make a drum loop, decompose it and render its kit.

    Writes OUT/demo.wav, OUT/kit/ and OUT/render.wav.
    """
    from engine.library.outputs import OutputRefused, check_folder

    check_folder(out, overwrite=True)
    for name in ("demo.wav", "kit", "render.wav"):
        if not overwrite and os.path.lexists(out / name):
            raise OutputRefused(f"{str(out / name)!r} exists already. Name another folder with -o, or add --overwrite.")
    context.invoke(decompose, loops=(write_demo(out),), out=out / "kit", overwrite=overwrite)
    context.invoke(render, folder=out / "kit", out=out / "render.wav", overwrite=overwrite)


for verb in (calibrate_verb(engine_settings), compile_verb, correct, decompose, devices,
             doctor_verb(lambda: platformdirs.user_data_path("tao"), verify_weights), evaluate, export, import_verb,
             keys_verb(key_file, lambda: glyphs_for(os.environ, sys.platform)), library_verb(library_places),
             models, render, save, sessions_verb(sessions_folder),
             sets_verb(lambda: platformdirs.user_data_path("tao"), sessions_folder, midi_file, continue_set), train,
             transform):
    cli.add_command(verb)


def sentence_of(problem: OSError) -> str:
    """What went wrong, for the user. Only an error that names a file is about a place."""
    if problem.filename is None:
        return f"The system reported an error: {problem.strerror or str(problem) or type(problem).__name__}"
    return f"Cannot use {problem.filename}: {problem.strerror}. Choose a place that exists, is writable and has room."


def main() -> None:
    """Run the command line; every failure is one sentence on stderr and an exit code."""
    try:
        code = cli.main(standalone_mode=False, default_map=read_config(config_file(), cli))
    except click.ClickException as problem:
        problem.show()
        code = problem.exit_code
    except TaoError as problem:
        talk(f"tao: {problem}")
        if isinstance(problem, DeviceNotFound):
            talk("tao: `tao_live.py devices` lists the devices on this computer.")
        code = problem.exit_code
    except (KeyboardInterrupt, click.Abort):
        code = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left; say nothing more
        code = 1
    except OSError as problem:
        talk(f"tao: {sentence_of(problem)}")
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
