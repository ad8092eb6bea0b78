"""What every process of Tao's that computes for long gets: one thread, so that it takes one core, and low priority, so
that it never disturbs an engine that plays."""

NICE = 10
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS",
                         "VECLIB_MAXIMUM_THREADS"), "1")
