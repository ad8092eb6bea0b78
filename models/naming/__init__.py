"""Second thoughts about a loop's hits, once its kit is solved: what each track is called, and which hits are real.

The transcriber names each moment; the solver knows which moments share a sound, and how loud each hit is once the
others are taken away. `evidence.py` brings both together, `tracks.py` names whole tracks, `hits.py` judges each hit,
and `second_look.py`, where to start, does one after the other. Their few weights come with Tao (`weights.py`) and are
fitted by `tao_live.py train judge`. `candidates.py` makes steps of the hits that were left out.
"""
