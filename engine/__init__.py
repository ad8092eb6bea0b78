"""The engine: the process that makes the sound, and what client and worker share with it.

Pure values and commands are in `core`; the compiled audio path in `dsp`, its devices in `audio` and its effects in
`rack`; the control thread's work in `live`, `takes`, `midi` and `sync`; files in `library` and `sessions`; the other
processes' side in `bridge` and `worker`. `server` starts and runs it all. docs/architecture.md has the picture.
"""
