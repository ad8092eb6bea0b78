"""A decomposition as one web page with sound: what was found, how sure that is, and what is left.

`page` writes it; `pictures` draws waveforms and patterns as SVG, `players` puts audio into the page. The page is one
file, loads nothing and runs no script.
"""
