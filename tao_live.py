#!/usr/bin/env python3
"""Tao, a live drum-loop machine. Start here: the command line, which joins engine, models and screen.

Settings: flag > TAO_* in the environment > config.toml > default. Data goes to stdout, talk to stderr.
Exit: 0 done, 1 failed, 2 usage, 3 no such device, 4 weights missing, 130 interrupted.
"""

import json
import os
import re
import sys
import threading
import tomllib
from pathlib import Path
from typing import Any

import click
import platformdirs

from engine.core.errors import DeviceNotFound, TaoError, UsageError
from engine.library.command_line import export
from engine.live.command_line import calibrate_verb, devices, doctor_verb, sessions_verb
from models.command_line import models
from models.training.command_line import evaluate, train
from models.whole import weights_at_fault

CONTEXT = {"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "TAO", "max_content_width": 100}
TRANSCRIBER, SEPARATOR, EXTRACTOR = "tao", "tao", "solve"
DEMO_RATE = 48000
LOOPS = click.argument("loops", nargs=-1, required=True, type=click.Path(path_type=Path))
INTO = click.option("-o", "--out", "out", required=True, type=click.Path(path_type=Path))


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
@click.option("--loop", type=click.Path(path_type=Path), help="Open with this loop, or decomposition folder.")
@click.option("--another", is_flag=True, help="Start an engine although one is playing already.")
@click.pass_context
def cli(context: click.Context, loop: Path | None, another: bool, **settings: Any) -> None:
    """Record a drum loop, take it apart, and play it as a kit and a pattern. Without a verb: open Tao."""
    if context.invoked_subcommand is None:
        open_instrument(loop, another, settings)


def open_instrument(loop: Path | None, another: bool, asked: dict[str, Any]) -> None:
    """Start an engine, let it play, and show its face until the musician leaves. After a session that broke off,
    without a loop to open, all is as it was then."""
    from engine.live.playing import engines
    from engine.live.sessions import broken_off

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
    from engine.live.launch import start_engine
    from tui.app import open_face

    talk("Tao: starting the engine (the first time, it compiles itself for about half a minute)")
    engine = EngineClient(start_engine(engine_settings(asked)))
    if first is not None:
        threading.Thread(target=first_sound, args=(engine, first), daemon=True).start()
    show(engine, open_face)


def sessions_folder() -> Path:
    """Where journals lie."""
    return platformdirs.user_state_path("tao") / "sessions"


def engine_settings(asked: dict[str, Any]) -> Any:
    """The command line's words as the engine's settings, with the folders that are Tao's."""
    from engine.live.settings import EngineSettings

    data = platformdirs.user_data_path("tao")
    return EngineSettings(**{**asked, "audio": asked["audio"] or "null"}, takes_folder=str(data / "takes"),
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


def show(engine: Any, open_face: Any) -> None:
    """The face on this engine, until it is left; the engine goes on unless it was told to quit."""
    try:
        open_face(engine, os.environ)
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
def attach(engine: int | None) -> None:
    """Open a new face on the engine that is playing; where there are several, on ENGINE by its number."""
    from engine.bridge.client import EngineClient
    from engine.live.playing import engine_called
    from tui.app import open_face

    check_terminal()
    show(EngineClient(engine_called(engine)), open_face)


@cli.command()
@click.argument("session", required=False)
@click.pass_context
def resume(context: click.Context, session: str | None) -> None:
    """Open Tao as it was at the end of SESSION (see `sessions`), or of the last one."""
    from engine.live.sessions import session_called

    asked = {name: value for name, value in context.parent.params.items() if name not in ("loop", "another")}
    folder = session_called(sessions_folder(), session)
    check_terminal()
    take_up(folder, asked)


@cli.command()
@LOOPS
@INTO
@click.option("--json", "as_json", is_flag=True, help="Print each kit.json, one line a loop.")
@click.option("--beats", type=click.IntRange(1, 256), help="The loop's length in quarter notes, where you know it.")
@click.option("--free", is_flag=True, help="The file is no loop: cut whole bars out of it first.")
@click.option("--transcriber", default=TRANSCRIBER, show_default=True)
@click.option("--separator", default=SEPARATOR, show_default=True)
@click.option("--extractor", default=EXTRACTOR, show_default=True)
def decompose(loops: tuple[Path, ...], out: Path, as_json: bool, beats: int | None, free: bool,
              transcriber: str, separator: str, extractor: str) -> None:
    """Take LOOPS apart: kit.json, one-shots, stems, residual and pattern.mid. Several loops get a folder each."""
    from engine.library.audio_files import read_loop
    from models import plugins
    from models.decompose import Tools
    from models.free import cut_loop

    tools = Tools(plugins.transcriber(transcriber), plugins.separator(separator), plugins.extractor(extractor))
    failed: TaoError | None = None
    for loop in loops:
        try:
            recording = cut_loop(read_loop(loop), tools.transcriber) if free else read_loop(loop, beats)
            document = decompose_loop(recording, loop, out if len(loops) == 1 else out / loop.stem, tools)
        except TaoError as error:
            if len(loops) == 1:
                raise
            talk(f"tao: {loop.name}: {error}")
            failed = error
            continue
        if as_json:
            click.echo(json.dumps(document))
    if failed is not None:
        raise SystemExit(failed.exit_code)


def decompose_loop(recording: Any, loop: Path, folder: Path, tools: Any) -> dict[str, Any]:
    """Decompose the Loop that was read from the file `loop` into `folder`; its kit.json."""
    from engine.library.kit_folder import write_folder
    from engine.library.kit_json import to_json
    from models.decompose import decompose as stages
    from models.storing import source_of, stored

    *_, last = stages(recording, tools, recording.sample_rate, lambda stage, _: talk(f"{loop.name}: {stage}"))
    keep = stored(last, source_of(loop), tools)
    write_folder(folder, keep)
    talk(f"{loop.name}: {last.bpm:.2f} BPM, {last.loop.beats} beats, match {last.match:.0%}, in {folder}")
    return to_json(keep)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--set", "to_set", multiple=True, metavar="TRACK:STEP=VELOCITY", help="Strike this step (from 0).")
@click.option("--clear", "to_clear", multiple=True, metavar="TRACK:STEP", help="Silence this step.")
def correct(folder: Path, to_set: tuple[str, ...], to_clear: tuple[str, ...]) -> None:
    """Put steps of a decomposition FOLDER right and solve its kit again: --set kick:3=0.8 --clear snare:5."""
    from engine.library.kit_folder import read_folder, write_folder
    from models import plugins
    from models.correct import correct as solve_again
    from models.correct import edited
    from models.storing import opened, restored

    edits = tuple([step_edit(text, True) for text in to_set] + [step_edit(text, False) for text in to_clear])
    if not edits:
        raise UsageError("Nothing to correct: name steps with --set TRACK:STEP=VELOCITY or --clear TRACK:STEP.")
    kept = read_folder(folder)
    before = opened(kept, kept.sample_rate)
    extractor = plugins.extractor(str(kept.made_by.get("extractor", EXTRACTOR)))
    after = solve_again(before, edited(before.pattern, edits), extractor)
    write_folder(folder, restored(after, kept))
    talk(f"{folder}: match {before.match or 0.0:.1%} before, {after.match or 0.0:.1%} now")


def step_edit(text: str, sounding: bool) -> Any:
    """TRACK:STEP or TRACK:STEP=VELOCITY as a StepEdit. Raises UsageError when it is not that."""
    from models.correct import StepEdit

    found = re.fullmatch(r"([^:=]+):(\d+)=(0?\.\d+|1|1\.0+)" if sounding else r"([^:=]+):(\d+)", text)
    velocity = float(found[3]) if found and sounding else None
    if found is None or velocity == 0.0:
        wanted = "TRACK:STEP=VELOCITY, as kick:3=0.8, velocity 0 to 1" if sounding else "TRACK:STEP, as snare:5"
        raise UsageError(f"{text!r} names no step; write {wanted}.")
    return StepEdit(found[1], int(found[2]), velocity)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-o", "--out", "out", required=True, type=click.Path(path_type=Path))
@click.option("--passes", type=click.IntRange(1, 64), default=1, show_default=True, help="How many times the loop.")
def render(folder: Path, out: Path, passes: int) -> None:
    """Play a decomposition FOLDER, or a recorded session's, into a WAV file (float32).

    A decomposition loops seamlessly: its last tails begin the file. A session is rendered as it was heard.
    """
    from engine.library.audio_files import write_wav

    if (folder / "log").is_file():
        from engine.live.replay import replay_session

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
    once = machine.timeline.frames_at(kept.pattern.beats * 960)
    return render_offline(machine, kept.samples, (passes + 1) * once)[once:], kept.sample_rate


@cli.command()
@INTO
@click.pass_context
def demo(context: click.Context, out: Path) -> None:
    """Make a drum loop, take it apart, and render the kit: OUT/demo.wav, OUT/kit/ and OUT/render.wav."""
    context.invoke(decompose, loops=(demo_file(out),), out=out / "kit")
    context.invoke(render, folder=out / "kit", out=out / "render.wav")


cli.add_command(calibrate_verb(engine_settings))
cli.add_command(devices)
cli.add_command(doctor_verb(lambda: platformdirs.user_data_path("tao"), weights_at_fault))
cli.add_command(export)
cli.add_command(models)
cli.add_command(train)
cli.add_command(evaluate)
cli.add_command(sessions_verb(sessions_folder))


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
        talk(f"tao: {problem.filename or 'A file'} could not be used ({problem.strerror}): name a place that exists, "
             "may be written to, and has room.")
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
