#!/usr/bin/env python3
"""Tao, a live drum-loop machine. Start here: the command line, which joins engine, models and screen.

Settings: flag > TAO_* in the environment > config.toml > default. Data goes to stdout, talk to stderr.
Exit: 0 done, 1 failed, 2 usage, 3 no such device, 4 weights missing, 130 interrupted.
"""

import os
import sys
import threading
import tomllib
from pathlib import Path
from typing import Any

import click
import platformdirs

from engine.core.errors import DeviceNotFound, TaoError, UsageError
from engine.library.command_line import export
from engine.server.command_line import calibrate_verb, compile_verb, devices, doctor_verb, sessions_verb
from models.command_line import EXTRACTOR, SEPARATOR, TRANSCRIBER, correct, decompose, models
from models.training.command_line import evaluate, train
from models.weights.shipped import verify_weights

CONTEXT = {"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "TAO", "max_content_width": 100}
DEMO_RATE = 48000
NOT_FOR_ENGINES = {"loop", "another", "keys"}  # words before a verb that only the face or the opening wants


def config_file() -> Path:
    """Where the settings lie that outlast a session."""
    return platformdirs.user_config_path("tao") / "config.toml"


def read_config(file: Path) -> dict[str, Any]:
    """config.toml: keys at the top are the instrument's, tables the verbs'. {} without one. Raises UsageError."""
    if not file.exists():
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise UsageError(f"{file} cannot be read as TOML ({problem}): mend it, or move it away.") from None


def talk(text: str) -> None:
    """Say something to the person, not to the pipe."""
    click.echo(text, err=True)


@click.group(context_settings=CONTEXT, invoke_without_command=True)
@click.version_option(package_name="tao-live", prog_name="tao")
@click.option("--audio", type=click.Choice(["jack", "portaudio", "null"]), default=None,
              help="Who calls the engine: a JACK server, PortAudio, or nobody (null, the default: no sound).")
@click.option("--device", default=None, help="PortAudio's name of the output, or part of it; see `devices`.")
@click.option("--input", "input_device", default=None, help="PortAudio's name of the input.")
@click.option("--sample-rate", type=click.IntRange(8000, 192000), default=48000, show_default=True)
@click.option("--block", "block_frames", type=click.IntRange(64, 4096), default=128, show_default=True,
              help="Frames per callback, a multiple of 64. A JACK server decides both by itself.")
@click.option("--effects", default="pyo", show_default=True,
              help="The effects rack: pyo, bypass (none), or the name of an installed one.")
@click.option("--link", is_flag=True, help="Follow Ableton Link, too, with the source auto when no MIDI clock comes.")
@click.option("--loop", type=click.Path(path_type=Path), help="Open with this loop, or decomposition folder.")
@click.option("--keys", multiple=True, metavar="ACTION=KEYS", help="Other keys, as record=r,f5: actions as in ctrl+p.")
@click.option("--another", is_flag=True, help="Start an engine although one is playing already.")
@click.pass_context
def cli(context: click.Context, loop: Path | None, another: bool, **settings: Any) -> None:
    """Record a drum loop, take it apart, and play it as a kit and a pattern. Without a verb: open Tao."""
    if context.invoked_subcommand is None:
        open_instrument(loop, another, settings)


def open_instrument(loop: Path | None, another: bool, asked: dict[str, Any]) -> None:
    """Start an engine, let it play, and show its face until the musician leaves. After a session that broke off,
    without a loop to open, all is as it was then."""
    from engine.server.running_engines import engines
    from engine.sessions.listing import broken_off

    check_terminal()
    if not another and (found := engines()):
        raise TaoError(f"An engine {found[0].words} already: `attach` opens a screen on it, --another starts one more.")
    broken = None if loop else broken_off(sessions_folder())
    try:
        if broken is not None:
            return take_up(broken.folder, asked)
    except TaoError as problem:
        talk(f"Tao: the session that broke off is not brought back. {problem}")
    open_face_on(asked, loop or demo_file(platformdirs.user_data_path("tao")))


def take_up(session: Path, asked: dict[str, Any]) -> None:
    """Open the instrument as it was at the end of a session."""
    open_face_on({**asked, "resume": str(session)}, None)


def open_face_on(asked: dict[str, Any], first: Path | None) -> None:
    """Start an engine, let it play `first`, and show its face until the musician leaves."""
    from engine.bridge.client import EngineClient
    from engine.server.compile import shown
    from engine.server.launch import start_engine
    from tui.keymap import keymap_with

    keymap = keymap_with(asked["keys"])
    talk("Tao: starting the engine")
    with shown() as progress:
        engine = EngineClient(start_engine(engine_settings(asked), progress))
    if first is not None:
        threading.Thread(target=first_sound, args=(engine, first), daemon=True).start()
    show(engine, keymap)


def sessions_folder() -> Path:
    """Where journals lie."""
    return platformdirs.user_state_path("tao") / "sessions"


def engine_settings(asked: dict[str, Any]) -> Any:
    """The command line's words as the engine's settings, with the folders that are Tao's."""
    from engine.audio.settings import EngineSettings

    data = platformdirs.user_data_path("tao")
    words = {name: value for name, value in asked.items() if name not in NOT_FOR_ENGINES}
    return EngineSettings(**{**words, "audio": asked["audio"] or "null"}, takes_folder=str(data / "takes"),
                          sessions_folder=str(sessions_folder()),
                          calibration_file=str(data / "calibration.json"), worker_argv=worker_argv(),
                          midi_file=str(platformdirs.user_config_path("tao") / "midi.json"))


def worker_argv() -> tuple[str, ...]:
    """The command line of the decomposer's process."""
    return (sys.executable, "-m", "models.worker", "--transcriber", TRANSCRIBER, "--separator", SEPARATOR,
            "--extractor", EXTRACTOR)


def first_sound(engine: Any, loop: Path) -> None:
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
        return  # the engine has gone: the face, which reads it all the time, says so


def show(engine: Any, keymap: Any) -> None:
    """The face on this engine, until it is left; the engine goes on unless it was told to quit."""
    from tui.app import open_face

    try:
        open_face(engine, os.environ, keymap)
    finally:
        engine.close()


def check_terminal() -> None:
    """Raise UsageError where no screen can be drawn."""
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):  # Textual draws on stderr
        raise UsageError("Tao's screen needs a terminal for input, output and errors; run it in one without "
                         "redirection, or use a verb (see -h).")


def demo_file(folder: Path) -> Path:
    """The demo loop's file, made when it is not there yet. Raises TaoError when it cannot be written."""
    from engine.library.audio_files import write_wav
    from models.demo import demo_loop

    path = folder / "demo.wav"
    if not path.exists():
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TaoError(f"The folder {folder} cannot be made: {error.strerror}; name another.") from None
        demo = demo_loop(DEMO_RATE)
        write_wav(path, demo.audio, demo.sample_rate)
    return path


@cli.command()
@click.argument("engine", type=int, required=False)
@click.pass_context
def attach(context: click.Context, engine: int | None) -> None:
    """Open a new face on the engine that is playing; where there are several, on ENGINE by its number."""
    from engine.bridge.client import EngineClient
    from engine.server.running_engines import engine_called
    from tui.keymap import keymap_with

    keymap = keymap_with(context.parent.params["keys"])
    check_terminal()
    show(EngineClient(engine_called(engine)), keymap)


@cli.command()
@click.argument("session", required=False)
@click.pass_context
def resume(context: click.Context, session: str | None) -> None:
    """Open Tao as it was at the end of SESSION (see `sessions`), or of the last one."""
    from engine.sessions.listing import find_session

    folder = find_session(sessions_folder(), session)
    check_terminal()
    take_up(folder, context.parent.params)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-o", "--out", "out", required=True, type=click.Path(path_type=Path))
@click.option("--passes", type=click.IntRange(1, 64), default=1, show_default=True, help="How many times the loop.")
def render(folder: Path, out: Path, passes: int) -> None:
    """Play a decomposition FOLDER, or a recorded session's, into a WAV file (float32).

    A decomposition loops seamlessly: its last tails begin the file. A session is rendered as it was heard.
    """
    from engine.library.audio_files import write_wav
    from engine.server.compile import compile_kernels, shown

    with shown() as progress:
        compile_kernels(progress)
    if (folder / "log").is_file():
        from engine.sessions.replay import replay_session

        audio, sample_rate = replay_session(folder)
    else:
        audio, sample_rate = render_folder(folder, passes)
    write_wav(out, audio, sample_rate)
    talk(f"{out}: {len(audio) / sample_rate:.2f} s at {sample_rate} Hz")


def render_folder(folder: Path, passes: int) -> tuple[Any, int]:
    """The kit played by its pattern, round and round: (frames, 2) float32 and its sample rate."""
    from engine.core.machine import Machine
    from engine.core.timeline import Timeline
    from engine.dsp.offline import render_offline
    from engine.library.kit_folder import read_folder

    kept = read_folder(folder)
    machine = Machine(Timeline(kept.tempo_bpm, kept.sample_rate), kept.pattern, kept.kit, playing=True)
    once = machine.timeline.frames_at(kept.pattern.ticks)
    return render_offline(machine, kept.samples, (passes + 1) * once)[once:], kept.sample_rate


@cli.command()
@click.option("-o", "--out", "out", required=True, type=click.Path(path_type=Path))
@click.pass_context
def demo(context: click.Context, out: Path) -> None:
    """Make a drum loop, take it apart, and render the kit: OUT/demo.wav, OUT/kit/ and OUT/render.wav."""
    context.invoke(decompose, loops=(demo_file(out),), out=out / "kit")
    context.invoke(render, folder=out / "kit", out=out / "render.wav")


cli.add_command(calibrate_verb(engine_settings))
cli.add_command(compile_verb)
cli.add_command(correct)
cli.add_command(decompose)
cli.add_command(devices)
cli.add_command(doctor_verb(lambda: platformdirs.user_data_path("tao"), verify_weights))
cli.add_command(export)
cli.add_command(models)
cli.add_command(train)
cli.add_command(evaluate)
cli.add_command(sessions_verb(sessions_folder))


def sentence_of(problem: OSError) -> str:
    """What went wrong, for the user. Only an error that names a file is about a place."""
    if problem.filename is None:
        return f"The system reported an error: {problem.strerror or str(problem) or type(problem).__name__}"
    return (f"{problem.filename} could not be used ({problem.strerror}): name a place that exists, "
            "may be written to, and has room.")


def main() -> None:
    """Run the command line; every failure is one sentence on stderr and an exit code."""
    try:
        code = cli.main(standalone_mode=False, default_map=read_config(config_file()))
    except click.ClickException as problem:
        problem.show()
        code = problem.exit_code
    except TaoError as problem:
        talk(f"tao: {problem}")
        if isinstance(problem, DeviceNotFound):
            talk("tao: `tao_live.py devices` lists what there is.")
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
