"""Many files decomposed in one call: the verb `decompose` with several loops, a folder or a list.

`run` joins the parts, so start there. `inputs` finds the files, `plan` gives each a folder and knows what is done
already, `pool` spreads the rest over processes of this computer (`child` is one of them as the pool sees it, `worker`
what runs in it), `cluster` over a Ray cluster (`node` is what runs there). `progress` tells the user how it goes.
Nothing here loads torch but `worker` and `one_file`; nothing loads Ray unless it is asked for.
"""
