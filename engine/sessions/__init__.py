"""A performance on disk: its folder, the list of sessions, replaying one to audio, restoring one.

Start with `folders`; docs/formats.md describes the files. The journal itself is written by `engine.live.journal`.
"""
