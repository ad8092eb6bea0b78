"""One loop's rhythm on another loop's sounds: the verb `transform`.

Start at `kit_method`: the solved kit of one plays the pattern of the other. The other method is a paper's, in
models/papers/rhythm. `residual` says what becomes of all that a kit does not explain.
"""
