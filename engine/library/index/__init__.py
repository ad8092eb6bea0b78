"""The library: an SQLite index of kits, one-shots, takes, loops and patterns, searched by text, sound and pattern.

The index is a cache: everything in it comes from the folders, so it may be deleted at any time. Start with `building`,
which brings it up to date. `scanning` finds what is there and `reading` says what it is; `timbre` and `rhythm` are what
sounds and patterns are compared by; `text_search`, `sound_search`, `pattern_search` and `ancestry` answer questions
about it. Only `database` opens the file.
"""
