"""The engine process: one control thread, asleep until a client, the worker, a signal or a boundary needs it."""

import contextlib
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import msgspec

from engine.audio.devices import open_backend
from engine.audio.settings import EngineSettings, settings_from_json
from engine.bridge.codec import BadMessage, Envelope
from engine.bridge.messages import Accepted, Refused
from engine.core.errors import TaoError
from engine.core.names import MAX_NOTICE, readable
from engine.core.snapshot import Status
from engine.server import startup
from engine.server.control_socket import Client, ControlSocket
from engine.server.engine import Engine
from engine.sessions.folders import session_folder
from engine.worker.process import WorkerProcess

SOON_S, IDLE_S, TIDY_S = 0.004, 0.05, 1.0
NEWS_S = 0.015
AT_A_TURN = 16  # messages of one client
FIRST_BLOCK_S = 5.0


class Control:
    """The control thread's loop. Other threads and signals reach it through one socket pair."""

    def __init__(self, engine: Engine, worker: WorkerProcess, socket_path: Path) -> None:
        self._engine, self._worker = engine, worker
        self._selector = selectors.DefaultSelector()
        self._socket = ControlSocket(socket_path, engine.meters_path, self._selector)
        self._wakes, self._waker = socket.socketpair()
        self._wakes.setblocking(False)
        self._waker.setblocking(False)
        self._selector.register(self._wakes, selectors.EVENT_READ, "wake")
        self._worker_fd: int | None = None
        self._lost: list[str] = []
        self._published: Status | None = None
        self._published_s = 0.0
        self._tidied_s = time.monotonic()

    def listen_to_signals(self) -> None:
        """SIGTERM and SIGINT end the engine politely; SIGHUP, from a terminal that closes, does not."""
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(self._engine, "quitting", True))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def device_lost(self, sentence: str) -> None:
        """From any thread: the device has gone."""
        self._lost.append(sentence)
        self._waker.send(b"d")

    def wake(self) -> None:
        """From any thread: there is something to do."""
        with contextlib.suppress(BlockingIOError):  # it is being woken already
            self._waker.send(b"m")

    def run(self) -> None:
        """Until it is time to quit; then fade out."""
        while not self._engine.quitting:
            try:
                self._turn()
            except Exception as error:  # noqa: BLE001  the outermost loop: the music goes on, the log knows why
                traceback.print_exc()
                kind = type(error).__name__
                self._engine.notices.say(f"Something went wrong inside Tao ({kind}: {error}). The music goes on.")
                time.sleep(SOON_S)
        done = self._engine.begin_fade()
        end_s = time.monotonic() + 1.0
        while self._engine.conductor.now_frames < done and time.monotonic() < end_s:
            self._engine.conductor.flush()
            time.sleep(0.005)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()
        self._selector.close()

    def _turn(self) -> None:
        """One round: act, publish, wait, read."""
        soon = self._engine.step()
        self._work_off()
        self._follow_worker()
        self._publish()
        self._socket.tidy()
        if time.monotonic() - self._tidied_s > TIDY_S:
            self._tidied_s = time.monotonic()
            self._engine.tidy()
        for key, mask in self._selector.select(self._patience_s(soon)):
            self._serve(key.data, mask)

    def _patience_s(self, soon: bool) -> float:
        """How long to wait for something to happen."""
        if self._socket.has_asked and self._engine.conductor.schedule.has_room:
            return 0.0
        return SOON_S if soon or self._socket.has_asked or self._news_waits() else IDLE_S

    def _serve(self, what: Any, mask: int) -> None:
        match what:
            case ControlSocket():
                what.accept(self._engine.status())
            case Client():
                if mask & selectors.EVENT_WRITE:
                    what.write()
                if mask & selectors.EVENT_READ:
                    what.read()
                    self._work_off()
            case "worker":
                self._engine.jobs.step()
            case "wake":
                self._wakes.recv(4096)
                for sentence in self._lost:
                    self._engine.device.lose(sentence)
                self._lost.clear()

    def _work_off(self) -> None:
        """Do what was asked, of each client in order, as fast as the audio thread accepts it. One that asks for a lot
        has to wait for the others."""
        for client in self._socket.take_turns():
            for _ in range(AT_A_TURN):
                if not (client.has_asked and self._engine.conductor.schedule.has_room):
                    break
                self._answer(client, client.next_message())

    def _answer(self, client: Client, item: Envelope | BadMessage) -> None:
        """Do what was asked; a refusal goes to the client that asked."""
        number = item.id
        try:
            if isinstance(item, BadMessage):
                raise item
            self._engine.do(item)
        except TaoError as error:
            client.send(Refused(number, readable(str(error), MAX_NOTICE)))
        else:
            self._engine.conductor.flush()
            if number:
                self._publish(at_once=True)
                client.send(Accepted(number))

    def _follow_worker(self) -> None:
        """Wait on the worker that runs now; after a crash it is another."""
        reader = self._worker.reader
        if reader != self._worker_fd or self._worker.changed:
            self._worker.changed = False
            if self._worker_fd is not None:
                self._selector.unregister(self._worker_fd)
            if reader is not None:
                self._selector.register(reader, selectors.EVENT_READ, "worker")
            self._worker_fd = reader

    def _news_waits(self) -> bool:
        return self._published != self._engine.status()

    def _publish(self, at_once: bool = False) -> None:
        """Publish the status when it has changed; unless a client waits for it, no faster than eyes can follow."""
        status = self._engine.status()
        if status != self._published and (at_once or time.monotonic() - self._published_s >= NEWS_S):
            self._published, self._published_s = status, time.monotonic()
            self._socket.publish(status)


def main(argv: list[str]) -> int:
    """Start, report on the ready pipe, run. Returns the exit status."""
    line, socket_path, ready_fd = argv[0], Path(argv[1]), int(argv[2])
    os.umask(0o077)  # sessions, takes and logs are the musician's own
    try:
        settings = settings_from_json(line)
        session = session_folder(Path(settings.sessions_folder))
        Path(settings.takes_folder).mkdir(parents=True, exist_ok=True)
        startup.log_to(session / "engine.log")
        return _run(settings, session, socket_path, ready_fd)
    except (TaoError, OSError) as error:
        return _report(ready_fd, error if isinstance(error, TaoError) else TaoError(f"The engine failed: {error}."))
    except Exception as error:  # noqa: BLE001  the outermost loop of a process: report, and stop
        traceback.print_exc()
        return _report(ready_fd, TaoError(f"The engine failed ({error}). Its log has the details."))


def _run(settings: EngineSettings, session: Path, socket_path: Path, ready_fd: int) -> int:
    backend = open_backend(settings)
    shared = startup.shared_folder()
    with (session / "worker.log").open("ab") as worker_log:
        worker = WorkerProcess(settings.worker_argv, settings.job_stall_s, worker_log)
        engine = Engine(settings, backend, session, shared, worker)
        control = Control(engine, worker, socket_path)
        try:
            if settings.worker_argv and (problem := worker.start()) is not None:
                engine.notices.say(problem)
            for problem in filter(None, (startup.lock_memory(), startup.raise_priority())):
                print(problem, file=sys.stderr, flush=True)
            startup.quieten_interpreter()
            control.listen_to_signals()
            engine.start(control.device_lost, control.wake)
            _await_first_block(engine)
            _ready(ready_fd, {"socket": str(socket_path)})
            control.run()
        finally:
            control.close()
            engine.close()
            startup.remove(shared)
    return 0


def _await_first_block(engine: Engine) -> None:
    end_s = time.monotonic() + FIRST_BLOCK_S
    while engine.conductor.now_frames == 0:
        if time.monotonic() > end_s:
            raise TaoError(f"{engine.backend.device} does not ask for audio. Choose another with --audio or --device.")
        time.sleep(0.001)


def _ready(ready_fd: int, answer: dict[str, str]) -> None:
    os.write(ready_fd, msgspec.json.encode(answer) + b"\n")
    os.close(ready_fd)


def _report(ready_fd: int, error: TaoError) -> int:
    print(error, file=sys.stderr, flush=True)
    with contextlib.suppress(OSError):  # it was ready long ago; nobody reads the pipe now
        _ready(ready_fd, {"error": type(error).__name__, "text": str(error)})
    return error.exit_code
