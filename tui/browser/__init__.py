"""Tao's screen in a browser, for `serve`. Start with `server`; `gate` decides who may come in, `page` is what they see.

Needs textual-serve (MIT), the extra `serve`; only the verb loads this room.
"""
