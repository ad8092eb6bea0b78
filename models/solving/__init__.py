"""Analysis by synthesis: find every one-shot of a loop jointly, so that the kit played at its hits renders the loop.

`docs/solving.md` derives the model. Start at `solve.py` (the extractor plugin), then `alternation.py` (the rounds);
`scene.py` holds the hits, `posterior.py` solves for the one-shots, `variances.py` and `priors.py` say how they may
sound.
"""
