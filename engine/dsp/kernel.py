"""Kernels that other kernels call: compiled, or read from the cache, not before the first of those is.

What a kernel calls becomes part of its own machine code. numba's own decorator loads each callee once more by itself
when its module is imported: 150 MB of code that nothing runs, locked in memory.
"""

from collections.abc import Callable
from typing import Any

from numba.core.registry import CPUDispatcher


class Inner(CPUDispatcher):
    """A dispatcher of one signature. Python may call it too, for tests: it is loaded then."""

    wanted: Any = None

    def load(self) -> Any:
        """Compile it, or read it from the cache; what Python calls then."""
        signature, self.wanted = self.wanted, None
        entry_point = self.compile(signature)
        self.disable_compile()
        return entry_point

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """numba asks this when it compiles a kernel that calls this one."""
        if self.wanted is not None:
            self.load()
        return super().get_call_template(args, kws)

    def _compile_for_args(self, *args: Any, **kws: Any) -> Any:
        """numba asks this at a call from Python for which nothing is compiled; it calls the answer."""
        return super()._compile_for_args(*args, **kws) if self.wanted is None else self.load()


def inner(signature: Any) -> Callable[[Callable[..., Any]], Inner]:
    """numba's njit(signature, cache=True, nogil=True), for kernels that other kernels call. Not for those that Python
    calls while music plays: their first call takes its time."""

    def decorated(function: Callable[..., Any]) -> Inner:
        kernel = Inner(function, targetoptions={"nopython": True, "nogil": True})
        kernel.enable_caching()
        kernel.wanted = signature
        return kernel

    return decorated
