"""The keeper: decides when the kit that is played goes to disk, and in which folder."""

import os
import time
from dataclasses import replace
from pathlib import Path

from engine.core.commands import Boundary, ClearMachine, Command, NameKit
from engine.core.errors import InvalidValue, TaoError
from engine.core.kit import Kit
from engine.core.names import check_name, readable
from engine.core.snapshot import KeptKit
from engine.keeping.homes import Home, Homes, Key
from engine.keeping.line import Line, Task
from engine.keeping.writer import version_of
from engine.keeping.writing import Writing
from engine.library.files import folder_name
from engine.library.kits.live_kit import LiveKit
from engine.live.conductor import Conductor
from engine.live.notices import Notices
from engine.worker.job import KitOnDisk
from engine.worker.jobs import Jobs

QUIET_S, LONGEST_S = 3.0, 20.0  # edits are saved once there are no more for a while, or after this time at the latest
QUIT_S = 10.0
NEW_KIT = "new kit"


class Keeper:
    """The control thread calls `step` on every turn; nothing here waits but `close`.

    A kit is called like its folder, and its name and recording tell it from others. Folders beside the takes belong to
    Tao: edits are saved in them. A kit opened from elsewhere gets a folder of its own with the first edit.
    """

    def __init__(self, conductor: Conductor, jobs: Jobs, kits_folder: Path, session: Path, writing: Writing,
                 notices: Notices) -> None:
        self._conductor, self._jobs, self._notices = conductor, jobs, notices
        self._kits_folder = kits_folder.absolute()
        self._line = Line(self._kits_folder, conductor.sample_rate, writing, notices)
        self._homes = Homes(session)
        self._seen = conductor.schedule.latest
        self._live = LiveKit.of(self._seen)
        self._homes.know(self._live.key, Home(saved=self._live))
        self._busy = False
        self._edits_s: tuple[float, float] | None = None  # when the first and the last unsaved edit was made
        self._saves = 0

    @property
    def status(self) -> KeptKit:
        """What clients see."""
        folder = self._homes.of(self._live.key).folder
        return KeptKit(str(folder or ""), self._edits_s is not None or not self._line.empty, self._saves)

    def save(self, name: str) -> None:
        """Save the kit as it is now, under this name; its own folder is replaced, another kit's never. Raises
        InvalidValue when there is nothing to save."""
        check_name(name, "A kit")
        self._look()
        if not self._live.kit.one_shots:
            raise InvalidValue("There is no kit to save yet. Record a loop with r, or open one.")
        self._put_in_line(self._live, name.strip() or self._live.kit.name)

    def clear(self, boundary: Boundary) -> None:
        """Empty the machine; what was edited is saved. Raises InvalidValue."""
        name, number = NEW_KIT, 1
        while name in self._homes.names() or os.path.lexists(self._kits_folder / name):
            number += 1
            name = f"{NEW_KIT} {number}"
        self._conductor.perform(ClearMachine(name), boundary)

    def return_to(self, session: Path) -> None:
        """The machine comes from an earlier session."""
        self._look()
        self._homes.return_to(session, self._live)
        self._edits_s = None
        if self._is_unsaved(self._live):
            self._note_edit()

    def step(self) -> None:
        """See what has changed, and save what is due."""
        found = self._jobs.take_kits_on_disk()
        self._look(bool(found))
        for kit in found:
            self._found(kit)
        self._take_written()
        if self._is_due():
            self._put_in_line(self._live)
        self._line.step(self._homes, self._live)

    def save_edits(self) -> bool:
        """Save what is unsaved without waiting for quiet; whether all is on the disk."""
        self._look()
        if self._edits_s is not None and not self._busy:
            self._put_in_line(self._live)
        self._line.step(self._homes, self._live)
        self._take_written()
        return self._line.empty

    def close(self) -> None:
        """Save what is unsaved, and wait for it as long as a disk may reasonably take."""
        self._line.hurry()
        end_s = time.monotonic() + QUIT_S
        while not self.save_edits() and not self._line.fails and time.monotonic() < end_s:
            time.sleep(0.01)
        self._line.close()

    def _look(self, by_job: bool = False) -> None:
        """Compare the machine with what it was. by_job: whether the worker has just brought a kit."""
        latest = self._conductor.schedule.latest
        was_busy, self._busy = self._busy, self._jobs.works_on(latest.loop)
        if latest is self._seen and was_busy == self._busy and not by_job:
            return  # as on nearly every turn: to compare kits and patterns takes a while
        before, crossed = self._live, latest.cross != self._seen.cross
        if latest is not self._seen:
            self._seen, self._live = latest, LiveKit.of(latest)
        another = self._live.key != before.key
        if not was_busy and (self._busy or by_job or another) and self._is_unsaved(before):
            self._put_in_line(before)
        if another:
            by_hand = not (by_job or self._busy)
            swapped = (self._live.patterns, self._live.loop) == (before.patterns, before.loop)
            made_here = by_hand and (crossed or swapped)
            self._homes.know(self._live.key, Home(saved=None if made_here else self._live))
        if not self._is_unsaved(self._live):
            self._edits_s = None
        elif another or (was_busy and not self._busy) or not self._live.same_music(before):
            self._note_edit()

    def _found(self, kit: KitOnDisk) -> None:
        """The worker has brought a kit that lies in a folder."""
        command, folder = kit.command, kit.folder.absolute()
        slots, slot = command.stored_patterns or self._live.patterns, self._live.slot
        if command.stored_patterns:
            slot = command.slot
        patterns = (*slots[:slot], command.pattern, *slots[slot + 1 :])
        saved = LiveKit(command.kit, patterns, slot, command.loop, self._live.bpm)
        own = (kit.fresh or kit.opened) and folder.parent == self._kits_folder
        home = Home(folder if own else None, folder, saved, version_of(folder) if own else "")
        self._settle(saved.key, home, kit.since)
        self._edits_s = None
        if self._is_unsaved(self._live):
            self._note_edit()

    def _settle(self, key: Key, home: Home, since: Command | None) -> None:
        """The kit has this home, and the folder's name; so have the states that undo brings back, up to `since`."""
        name = key[0] if home.folder is None else readable(home.folder.name)
        if name != key[0] and self._live.key == key:
            try:
                self._conductor.name_kit(NameKit(name, key[0]), since)
            except TaoError as error:
                self._notices.say(str(error))
                name = key[0]
        if name != key[0]:
            self._homes.leave(key)
        saved = home.saved and replace(home.saved, kit=Kit(name, home.saved.kit.one_shots))
        self._homes.move((name, key[1]), replace(home, saved=saved))
        self._seen = self._conductor.schedule.latest
        self._live = LiveKit.of(self._seen)
        self._homes.know(self._live.key, Home(saved=self._live))

    def _is_unsaved(self, live: LiveKit) -> bool:
        saved = self._homes.of(live.key).saved
        return bool(live.kit.one_shots) and (saved is None or not saved.same_music(live))

    def _note_edit(self) -> None:
        now_s = time.monotonic()
        self._edits_s = (now_s if self._edits_s is None else self._edits_s[0], now_s)

    def _is_due(self) -> bool:
        if self._edits_s is None or self._busy or not self._line.empty:
            return False
        first_s, last_s = self._edits_s
        now_s = time.monotonic()
        return now_s - last_s >= QUIET_S or now_s - first_s >= LONGEST_S

    def _put_in_line(self, live: LiveKit, wanted: str | None = None) -> None:
        """Let a kit be written, with its sounds, which nothing may forget until then."""
        self._edits_s = None
        bank = self._conductor.bank
        if live.samples <= bank.keys():
            self._line.put(Task(live, {name: bank[name] for name in live.samples}, wanted))

    def _take_written(self) -> None:
        """Take in what the writer has done."""
        written = self._line.written()
        if written is None:
            return
        task, folder, version = written
        had = self._homes.of(task.live.key)
        self._settle(task.live.key, Home(folder, folder, task.live, version), None)
        self._saves += 1
        self._say(task, had, folder)
        if not self._is_unsaved(self._live):
            self._edits_s = None
        elif self._edits_s is None:
            self._note_edit()

    def _say(self, task: Task, had: Home, folder: Path) -> None:
        name = readable(folder.name)
        if task.wanted is not None and folder_name(task.wanted, "kit") != folder.name:
            self._notices.say(f"Another kit is called {task.wanted}, so this one is saved as {name}, in {folder}.")
        elif task.wanted is not None:
            self._notices.say(f"{name} is saved in {folder}.")
        elif self._line.has_recovered:
            self._notices.say(f"{name} is saved now.")
        elif had.folder != folder:
            self._notices.say(f"Your edits are kept as {name}.")
