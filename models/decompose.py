"""Start here: the decomposition on one page. A loop goes in; slices, then a pattern, then stems and a kit come out.

Audio is (frames, channels) outside `models` and (channels, frames) inside; it is transposed here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from engine.core.errors import NoOnsets
from engine.core.kit import OTHER_NOTE, Kit, Layer, OneShot, SampleId, gm_note, sample_id
from engine.core.loop import Audio, Loop, PlayedLoop, Reading, overview
from engine.core.methods import Methods
from engine.core.pattern import MAX_STEPS, Pattern
from engine.core.time_signature import Quarters, whole_or_half
from engine.library.kits.decomposition import AsPlayed
from engine.library.resampling import resampled
from models import plugins
from models.calling import extraction, separated, transcribed
from models.hearing.loop_cut import cut_as_read
from models.hearing.monaural import monaural
from models.hearing.onset_strength import RATE as ONSET_STRENGTH_RATE
from models.hearing.quantize import quantize
from models.hearing.readings import NO_WISHES, Wishes
from models.hearing.tempo import as_wished, check_length
from models.hearing.velocities import velocities_from
from models.naming.second_look import second_look
from models.plugins import ExtractedShot, Onset, Stems, Transcription
from models.sounds.choking import choked_as_recorded
from models.sounds.one_shots import LeastDisturbed
from models.sounds.rendering import mix, render_tracks
from models.sounds.slices import sliced
from models.sounds.spectra import match
from models.sounds.unnamed import attacks_in, is_unnamed, unnamed

Report = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Tools:
    """The plugins that decompose a loop."""

    transcriber: plugins.Transcriber
    separator: plugins.Separator
    extractor: plugins.Extractor

    @property
    def names(self) -> Methods:
        """What they call themselves."""
        return Methods(self.transcriber.name, self.separator.name, self.extractor.name)

    @classmethod
    def of(cls, methods: Methods) -> "Tools":
        """Those plugins, opened. Raises TaoError for one that cannot be."""
        return cls(plugins.transcriber(methods.transcriber), plugins.separator(methods.separator),
                   plugins.extractor(methods.extractor))


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition:
    """The result of a stage: "slices", "pattern", "stems" or "kit". Each can be played.

    audio and samples are float32 (frames, 2) at sample_rate. stems, residual and the matches (0..1,
    models.sounds.spectra.match) are there at the last stage only, where the residual plus the kit played by the pattern
    equals the recording. as_played: what a kit that was saved live has beyond its pattern. candidates: hits more likely
    false than real; second_names: what else each track may be (models.naming). readings: how the recording can be read,
    the first as it was; recording: all of it, where the loop is a part of it or begins elsewhere.
    """

    stage: str
    sample_rate: int
    audio: Audio
    kit: Kit
    pattern: Pattern
    loop: PlayedLoop
    samples: dict[SampleId, Audio]
    transcription: Transcription
    stems: dict[str, Audio] = field(default_factory=dict)
    residual: Audio | None = None
    match: float | None = None
    track_match: dict[str, float] = field(default_factory=dict)
    as_played: AsPlayed = AsPlayed()
    candidates: tuple[Onset, ...] = ()
    second_names: dict[str, str] = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    recording: Audio | None = None

    @property
    def bpm(self) -> float:
        """The tempo of the loop."""
        return 60.0 * self.loop.beats * self.sample_rate / self.loop.frames


def decompose(loop: Loop, tools: Tools, engine_rate: int, report: Report = lambda stage, fraction: None,
              wishes: Wishes = NO_WISHES) -> Iterator[Decomposition]:
    """Decompose a loop in stages, each yielded as soon as it can be played.

    report(stage, share done) is called before each stage and during the last; what it raises ends the work, which is
    how a job is cancelled. From the pattern on, the audio is the loop that the best reading finds in the recording,
    unless `loop` says how many beats it has; wishes: what is known of tempo, beats and metre.

    Raises NoOnsets when there is only silence, InvalidValue when no reading fits the length or the loop is too long.
    """
    check_length(loop.length_s, loop.beats)
    report("slices", 0.0)
    audio = stereo(loop.audio.T, loop.sample_rate, engine_rate)
    mono = resampled(monaural(audio)[None], engine_rate, ONSET_STRENGTH_RATE)[0]
    times_s, rises = attacks_in(mono, loop.slices_s)
    cut, slices = sliced(audio, engine_rate, times_s, rises, loop.beats, loop.hints)
    if cut.tempo.beats <= MAX_STEPS:  # of a longer recording the best bars are cut out first
        yield _stage("slices", audio, loop.name, engine_rate, cut, slices)

    report("pattern", 0.1)
    transcription = _heard(tools.transcriber, audio, engine_rate, loop.beats, wishes.free, cut)
    whole: Audio | None = None
    read: tuple[Reading, ...] = ()
    if loop.beats is None:
        heard = as_wished(transcription, audio.shape[1] / engine_rate, wishes, loop.hints)
        found = cut_as_read(audio, engine_rate, heard)
        whole = None if found.audio is audio else frames_first(audio)
        read = readings_of(heard, found.start_s, found.audio.shape[1] / engine_rate)
        audio, transcription = found.audio, found.transcription

    def with_readings(stage: Decomposition) -> Decomposition:
        return replace(stage, readings=read, recording=whole)

    yield with_readings(_interim("pattern", audio, loop.name, engine_rate, transcription, {}))

    report("stems", 0.4)
    stems: Stems = {}
    if not is_unnamed(transcription.tracks):
        stems = separated(tools.separator, audio, engine_rate, transcription)
        transcription = velocities_from(stems, transcription, engine_rate)
    yield with_readings(_interim("stems", audio, loop.name, engine_rate, transcription, stems))

    report("kit", 0.5)
    look = second_look(transcription)
    made = extraction(tools.extractor, audio, engine_rate, stems, transcription,
                      lambda share: report("kit", 0.5 + 0.5 * share), look)
    done = extracted(audio, loop.name, engine_rate, made)
    if look is not None:
        done = replace(done, candidates=look.candidates, second_names=look.second_names)
    report("kit", 1.0)
    yield with_readings(done)


def _heard(by: plugins.Transcriber, audio: plugins.Audio, rate: int, beats: Quarters | None, free: bool,
           slices: Transcription) -> Transcription:
    """What the transcriber hears; where it hears no drum, the slices as unnamed sounds."""
    try:
        return transcribed(by, audio, rate, beats, circular=not free)
    except NoOnsets:
        return unnamed(slices, audio.shape[1] / rate, beats)


def readings_of(heard: Transcription, start_s: float, length_s: float) -> tuple[Reading, ...]:
    """The readings of a recording; of the first, the loop was cut out at start_s, length_s long."""
    return tuple(Reading(max(1, whole_or_half(round(2 * guess.beats) / 2)), guess.bpm,
                         min(1.0, max(0.0, guess.confidence)), guess.time_signature, guess.start_s,
                         (start_s, start_s + length_s) if number == 0 else
                         (guess.start_s, guess.start_s + guess.beats * 60.0 / guess.bpm))
                 for number, guess in enumerate(heard.tempi))


def extracted(audio: plugins.Audio, name: str, rate: int, made: plugins.Extraction) -> Decomposition:
    """The stage "kit": an extractor's result for audio (2, frames), with the residual and matches that prove it."""
    solved = _stage("kit", audio, name, rate, made.transcription, made.shots)
    samples = {name: sample.T for name, sample in solved.samples.items()}
    kit = choked_as_recorded(solved.kit, solved.pattern, samples, made.stems, rate)
    return with_residual(replace(solved, kit=kit), made.stems)


def with_residual(done: Decomposition, stems: Stems) -> Decomposition:
    """The decomposition with stems (channels, frames), the residual that its kit leaves, and the matches."""
    audio = done.audio.T
    channels_first = {name: sample.T for name, sample in done.samples.items()}
    played = render_tracks(done.kit, done.pattern, channels_first, audio.shape[1], done.sample_rate)
    whole = mix(played, audio.shape[1])
    residual = frames_first(audio - whole)
    samples = {**done.samples, sample_id(residual): residual}
    return replace(done, samples=samples, stems={name: frames_first(stem) for name, stem in stems.items()},
                   residual=residual, match=match(audio, whole),
                   loop=replace(done.loop, residual=sample_id(residual)),
                   track_match={name: match(stems[name], stem) for name, stem in played.items() if name in stems})


def _interim(stage: str, audio: plugins.Audio, name: str, rate: int, transcription: Transcription,
             stems: Stems) -> Decomposition:
    """A stage before the kit: whatever the extractor will do, its one-shots are cut from stems or the loop for now."""
    shots = LeastDisturbed().extract(audio, rate, stems, transcription).shots
    return _stage(stage, audio, name, rate, transcription, shots)


def _stage(stage: str, audio: plugins.Audio, name: str, rate: int, transcription: Transcription,
           shots: dict[str, ExtractedShot]) -> Decomposition:
    """Kit, pattern and loop from hits and one-shots."""
    frames, beats = audio.shape[1], whole_or_half(transcription.tempo.beats)
    pattern = quantize(transcription.onsets, frames / rate, beats, transcription.tempo.time_signature)
    recording = frames_first(audio)
    bank, one_shots = {sample_id(recording): recording}, {}
    for index, (track, shot) in enumerate(shots.items()):
        sample, *others = [frames_first(shot.audio), *(frames_first(layer.audio) for layer in shot.layers)]
        bank |= {sample_id(one): one for one in (sample, *others)}
        layers = tuple(Layer(sample_id(one), len(one), layer.velocity)
                       for one, layer in zip(others, shot.layers, strict=True))
        one_shots[track] = OneShot(sample_id(sample), len(sample), gain=shot.gain, choke_group=shot.choke_group,
                                   midi_note=gm_note(track, OTHER_NOTE + index), layers=layers)
    played = PlayedLoop(sample_id(recording), frames, beats, name, overview=overview(recording))
    return Decomposition(stage, rate, recording, Kit(name, one_shots), pattern, played, bank, transcription)


def recording_of(loop: Loop, engine_rate: int) -> SampleId:
    """The id of this loop's audio in a decomposition."""
    return sample_id(frames_first(stereo(loop.audio.T, loop.sample_rate, engine_rate)))


def stereo(audio: plugins.Audio, sample_rate: int, engine_rate: int) -> plugins.Audio:
    """(2, frames) float32 at the engine's rate. Mono goes to both sides; of more channels, channels 0, 2, 4 ... are
    averaged to the left and 1, 3, 5 ... to the right."""
    left = audio if audio.shape[0] == 1 else audio[0::2]
    right = left if audio.shape[0] == 1 else audio[1::2]
    both = np.stack([left.mean(axis=0), right.mean(axis=0)]).astype(np.float32)
    return resampled(both, sample_rate, engine_rate)


def frames_first(audio: plugins.Audio) -> Audio:
    """(frames, channels) float32, contiguous and read-only."""
    turned = np.ascontiguousarray(audio.T, np.float32)
    turned.flags.writeable = False
    return turned
