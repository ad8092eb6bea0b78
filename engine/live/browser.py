"""Other sounds for a track: found and read in another process, fitted in a thread, auditioned, and swapped in."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from engine.core.commands import Audition, Boundary, LoadKit, SwapOneShot
from engine.core.errors import InvalidValue, TaoError
from engine.core.kit import Kit, OneShot
from engine.core.loop import Audio
from engine.core.machine import Machine
from engine.core.names import check_path, path_of
from engine.core.requests import (
    AuditionSound,
    BrowseSounds,
    FitOptions,
    SoundSource,
    SwapKit,
    SwapNextSound,
    SwapSound,
)
from engine.core.snapshot import SoundFacts, SoundList
from engine.library.candidates import Candidate, in_loop
from engine.library.matching import fitted, shifted
from engine.live.conductor import Conductor
from engine.live.describer import Describer
from engine.live.library import Library
from engine.live.notices import Notices
from engine.live.sounds import Sounds

_SILENCE = np.zeros((1, 2), np.float32)
MOST_DESCRIBED, AT_A_TIME = 200, 8  # sounds; a swap waits for no more than a few of them
LIBRARY_SOURCES = (SoundSource.LIBRARY, SoundSource.PATTERNS)


class Browser:
    """Owns the list of candidates, the sound reader, and one thread that asks it and fits sounds; the control thread
    calls the rest."""

    def __init__(self, conductor: Conductor, kits_folder: Path, notices: Notices,
                 library: Library | None = None) -> None:
        self._conductor, self._bank, self._notices = conductor, conductor.bank, notices
        self._kits_folder, self._sample_rate = kits_folder, conductor.sample_rate
        self._sounds, self._library = Sounds(), library
        self._describer = Describer(self._sounds, self._sample_rate)
        self._helper = ThreadPoolExecutor(1, "browser")
        self._tasks: list[tuple[Future, Callable]] = []
        self._found: list[Candidate] = []
        self._browsed = 0
        self._unanswered: BrowseSounds | None = None
        self.sounds: SoundList | None = None

    def browse(self, request: BrowseSounds) -> None:
        """Search for candidates; `sounds` has them when they are found. Raises TaoError for a missing folder."""
        check_path(request.path)
        self._conductor.machine.pattern.track(request.track)
        if self._library is not None:
            self._library.freshen()
        self._begin(request)

    def audition(self, request: AuditionSound) -> None:
        """Play a candidate beside the music."""
        self._prepare(request.track, request.place, request.fit, self._hear)

    def swap(self, request: SwapSound, boundary: Boundary) -> None:
        """Swap a candidate in at `boundary`; NOW is the track's next hit. Raises InvalidValue when it is locked."""
        if request.track in self._conductor.machine.locks:
            raise InvalidValue(f"{request.track} is locked; unlock it with l to change its sound.")
        self._prepare(request.track, request.place, request.fit,
                      lambda shot: self._conductor.perform(SwapOneShot(request.track, shot), boundary))

    def swap_next(self, request: SwapNextSound, boundary: Boundary) -> None:
        """Swap in the next candidate on the track's list; without a list, of the loop."""
        track = request.track
        if self.sounds is None or self.sounds.track != track:
            self._found = in_loop(self._conductor.machine, track)
            chosen = -1 if request.by > 0 else 0
            self.sounds = SoundList(track, SoundSource.LOOP, "", tuple(found.name for found in self._found), chosen)
        if not self._found:
            raise InvalidValue(f"There is no other sound for {track} yet. Open the sounds with F6.")
        self.swap(SwapSound(track, (self.sounds.chosen + request.by) % len(self._found), request.fit), boundary)

    def kit_folder(self, place: int) -> Path:
        """The folder of the kit that a candidate belongs to. Raises InvalidValue when it belongs to none."""
        kit = self._candidate(place).kit
        if kit is None:
            raise InvalidValue("That sound is a file of its own; it belongs to no kit.")
        return kit

    def swap_kit(self, request: SwapKit, boundary: Boundary) -> None:
        """Swap the sound of every unlocked track for the one of its name in a kit folder of the list."""
        folder = request.name
        machine = self._conductor.machine
        listed = next((found.kit for found in self._found if found.kit and _kit_name(found) == folder), None)
        kits = self._kits_folder if listed is None else listed

        def load() -> dict[str, tuple[Audio, OneShot]]:
            hits = {found.name.partition(": ")[2]: found for found in self._sounds.in_kits(kits, "")
                    if kits is listed or found.name.partition(": ")[0] == folder}
            wanted = {track.name: hits[track.name] for track in machine.pattern.tracks if track.name in hits}
            if not wanted:
                raise InvalidValue(f"The kit {folder} has no sound for any of these tracks. Choose another.")
            return {name: self._fit(found, machine, name, request.fit) for name, found in wanted.items()}

        def give(ready: dict[str, tuple[Audio, OneShot]]) -> None:
            shots = {name: self._kept(audio, shot) for name, (audio, shot) in ready.items()}
            kit = self._conductor.schedule.latest.kit
            self._conductor.perform(LoadKit(Kit(folder, {**kit.one_shots, **shots})), boundary)

        self._later(load, give)

    def step(self) -> None:
        """Use what the helper has finished; search again once the library that had nothing has been read."""
        if self._unanswered is not None and self._library is not None and not self._library.updating:
            self._begin(self._unanswered)
        done = [task for task in self._tasks if task[0].done()]
        self._tasks = [task for task in self._tasks if not task[0].done()]
        for future, then in done:
            try:
                then(future.result())
            except TaoError as error:
                self._notices.say(str(error))
        self._describe_more()

    @property
    def waiting(self) -> bool:
        """Whether the helper is at work."""
        return bool(self._tasks)

    def close(self) -> None:
        """Stop the helper and the reader."""
        self._sounds.close()
        self._helper.shutdown(cancel_futures=True)

    def _later(self, work: Callable, then: Callable) -> None:
        self._tasks.append((self._helper.submit(work), then))

    def _begin(self, request: BrowseSounds) -> None:
        """Let the helper search; while you type, only the newest search is carried out. One that fails finds nothing,
        and says why."""
        find, number = self._search(request), self._browsed + 1
        self._browsed, self._unanswered = number, None

        def find_if_newest() -> list[Candidate] | TaoError:
            try:
                return find() if number == self._browsed else []
            except TaoError as problem:
                return problem

        def show_if_newest(found: list[Candidate] | TaoError) -> None:
            if number != self._browsed:
                return
            if isinstance(found, TaoError):
                self._show(request, [])
                raise found
            self._show(request, found)

        self._later(find_if_newest, show_if_newest)

    def _search(self, request: BrowseSounds) -> Callable[[], list[Candidate]]:
        """What the helper has to do for a request. Raises InvalidValue without a library."""
        machine = self._conductor.machine
        match request.where:
            case SoundSource.LOOP:
                return partial(in_loop, machine, request.track)
            case SoundSource.KITS:
                return partial(self._sounds.in_kits, self._kits_folder, request.track)
            case SoundSource.FOLDER:
                return partial(self._sounds.in_folder, path_of(request.path))
        if self._library is None:
            raise InvalidValue("This engine was started without a library. Browse a folder instead.")
        index = self._library.places.index
        if request.where is SoundSource.PATTERNS:
            from engine.library.index.rhythm import rhythm_of  # not at the start, which it would delay

            rhythm = rhythm_of(machine.pattern).tobytes()
            return partial(self._sounds.in_patterns, index, rhythm, request.track)
        present = self._present(request.track)
        audio = _SILENCE if present is None else present
        return partial(self._sounds.like, index, request.path, audio, self._sample_rate)

    def _show(self, request: BrowseSounds, found: list[Candidate]) -> None:
        self._found = found
        names = tuple(candidate.name for candidate in found)
        self.sounds = SoundList(request.track, request.where, request.path, names)
        if not found and self._library is not None and self._library.updating and request.where in LIBRARY_SOURCES:
            self._unanswered = request
            if self._library.is_new:
                self._notices.say("Tao is reading your library. What is found appears when that is done.")

    def _describe_more(self) -> None:
        """Find out what the next few of the found sounds are like, while the helper has nothing better to do."""
        listed = self.sounds
        if listed is None or self._tasks or len(listed.facts) >= min(len(self._found), MOST_DESCRIBED):
            return
        number, machine, begin = self._browsed, self._conductor.machine, len(listed.facts)
        batch = [partial(self._sound_of, found, machine) for found in self._found[begin : begin + AT_A_TIME]]

        def add(facts: tuple[SoundFacts | None, ...]) -> None:
            if self.sounds is not None and number == self._browsed and len(self.sounds.facts) == begin:
                self.sounds = replace(self.sounds, facts=(*self.sounds.facts, *facts))

        self._later(partial(self._describer.describe, number, self._present(listed.track), batch), add)

    def _sound_of(self, candidate: Candidate, machine: Machine) -> Path | Audio:
        return candidate.path or self._audio(candidate, machine)[0]

    def _present(self, track: str) -> Audio | None:
        """The sound that the track has."""
        shot = self._conductor.machine.kit.one_shots.get(track)
        return None if shot is None else self._bank[shot.sample][: shot.frames]

    def _prepare(self, track: str, place: int, options: FitOptions, then: Callable[[OneShot], object]) -> None:
        machine, candidate = self._conductor.machine, self._candidate(place)
        assert self.sounds is not None, "there is a list with this candidate on it"
        self.sounds = replace(self.sounds, chosen=place)

        def give(ready: tuple[Audio, OneShot]) -> None:
            then(self._kept(*ready))

        self._later(lambda: self._fit(candidate, machine, track, options), give)

    def _candidate(self, place: int) -> Candidate:
        """An entry of the list. Raises InvalidValue when there is none."""
        if self.sounds is None or not 0 <= place < len(self._found):
            raise InvalidValue("That sound is not on the list. Search for sounds first.")
        return self._found[place]

    def _fit(self, candidate: Candidate, machine: Machine, track: str, options: FitOptions) -> tuple[Audio, OneShot]:
        """The candidate's audio and one-shot, matched to the track's present sound in what `options` says."""
        audio, gain = self._audio(candidate, machine)
        present = machine.kit.one_shots.get(track)
        if present is None:
            return audio, OneShot("new", len(audio), gain)
        heard = present.gain * self._bank[present.sample][: present.frames]
        fit = fitted(gain * audio, heard, self._sample_rate, options)
        audio = shifted(audio, fit.delay_frames)
        pitch = min(24.0, max(-24.0, fit.pitch_semitones + (present.pitch_semitones if options.tuning else 0.0)))
        return audio, OneShot("new", len(audio), min(16.0, gain * fit.gain), present.pan, pitch, 0.0, fit.decay_s,
                              present.choke_group, present.midi_note)

    def _audio(self, candidate: Candidate, machine: Machine) -> tuple[Audio, float]:
        """The hit, and the gain that it is played with."""
        if candidate.path is not None:
            return self._sounds.read_hit(candidate.path, self._sample_rate), 1.0
        if candidate.one_shot is not None:
            shot = candidate.one_shot
            return self._bank[shot.sample][: shot.frames], shot.gain
        if machine.loop is None:
            raise InvalidValue("The loop of that slice is gone. Search for sounds again.")
        loop = self._bank[machine.loop.sample][: machine.loop.frames]
        piece = np.roll(loop, -candidate.start, axis=0)[: candidate.frames]
        return np.ascontiguousarray(piece), 1.0

    def _kept(self, audio: Audio, one_shot: OneShot) -> OneShot:
        """The one-shot with its audio in bank and journal."""
        return replace(one_shot, sample=self._conductor.keep(audio))

    def _hear(self, one_shot: OneShot) -> None:
        self._conductor.audition(Audition(one_shot))


def _kit_name(candidate: Candidate) -> str:
    return candidate.name.partition(": ")[0]
