"""The audio thread and the backends that call it: JACK, PortAudio, or a clock when there is no device.

Nothing that runs on the audio thread lives anywhere but here and in `engine.dsp`. Start at `block.py`.
"""
