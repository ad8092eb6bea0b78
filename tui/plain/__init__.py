"""Tao without a screen: you type lines, and read or hear sentences. For screen readers, and for scripts.

`session` reads lines and prints what happens; `words` knows every word and what it asks of the engine, by subject in
`playing`, `loops`, `steps`, `sounds`, `midi` and `session_words`; `line` takes a line apart; `changes` says what has
changed between two snapshots. Only `session` touches anything outside. Nothing here loads Textual.
"""
