"""Kernels that other kernels call: never compiled by themselves, only as part of those.

The code of an inner kernel is linked into each kernel that Python or a device calls, and compiled there. numba's own
decorator would also compile every inner kernel by itself, with a wrapper for Python, and again in each of its callers:
minutes of work and 150 MB of locked memory for code that nothing runs.
"""

from collections.abc import Callable, Iterator
from typing import Any

from numba import njit
from numba.core import compiler, event
from numba.core.codegen import CodeLibrary, JITCodeLibrary
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher
from numba.core.sigutils import normalize_signature

_FLAGS = {"nopython": True, "nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


class InnerLibrary(JITCodeLibrary):
    """The code of one inner kernel, left as it is: it is linked, optimised and compiled with the kernels that Python
    or a device calls."""

    _shared_module: Any

    def finalize(self) -> None:
        """numba asks for this when all code of the kernel has been added."""
        self._raise_if_finalized()
        self._finalized = True

    def _get_module_for_linking(self) -> Any:
        """numba asks this of all that a kernel calls: this code, and what it calls in turn."""
        if self._shared_module is None:
            module = self._own_module()
            for library in self._callees({self}):
                if isinstance(library, InnerLibrary):
                    module.link_in(library._own_module())
                else:
                    module.link_in(library._get_module_for_linking(), preserve=True)
            self._shared_module = module
        return self._shared_module

    def _own_module(self) -> Any:
        """A copy of this code, for linking: callers may bring the same function twice."""
        module = self._final_module.clone()
        for function in module.functions:
            if not function.is_declaration and function.linkage.name == "external":
                function.linkage = "linkonce_odr"
        return module

    def _callees(self, seen: set[CodeLibrary]) -> Iterator[Any]:
        for library in self._linking_libraries:
            if library not in seen:
                seen.add(library)
                yield library
                if isinstance(library, InnerLibrary):
                    yield from library._callees(seen)


class InnerCompiler(compiler.Compiler):
    """numba's pipeline, up to the code that is linked."""

    def __init__(self, typingctx: Any, targetctx: Any, library: Any, args: Any, return_type: Any, flags: Any,
                 locals: Any) -> None:
        super().__init__(typingctx, targetctx, library, args, return_type, flags, locals)
        self.state.flags.no_compile = True

    def compile_extra(self, function: Any) -> Any:
        """Compile `function`."""
        self.state.library = InnerLibrary(self.state.targetctx.codegen(), function.__qualname__)
        return super().compile_extra(function)


class Inner(CPUDispatcher):
    """A dispatcher of one signature. Python may call it too, for tests: a kernel of its own is compiled then."""

    wanted: Any = None
    alone: Any = None

    def compile(self, sig: Any) -> Any:
        """Compile it, unless that was done before; the key by which callers find it."""
        args, return_type = normalize_signature(self.wanted)
        key = tuple(args)
        if key not in self.overloads:
            with global_compiler_lock, event.trigger_event("numba:compile", data={"dispatcher": self, "args": args}):
                result = self._compiler.compile(args, return_type)._replace(entry_point=self.py_func)
                self.targetctx.insert_user_function(self.py_func, result.fndesc, [result.library])
                self.overloads[key] = result
        return self.py_func

    def _compile_for_args(self, *args: Any, **kws: Any) -> Any:
        """numba asks this at a call from Python, and calls the answer."""
        if self.alone is None:
            self.alone = njit(self.wanted, cache=True, nogil=True)(self.py_func)
        return self.alone


def inner(signature: Any) -> Callable[[Callable[..., Any]], Inner]:
    """numba's njit(signature, nogil=True), for kernels that other kernels call. Not for those that Python calls while
    music plays: their first call compiles them."""

    def decorated(function: Callable[..., Any]) -> Inner:
        kernel = Inner(function, targetoptions=dict(_FLAGS), pipeline_class=InnerCompiler)
        kernel.wanted = signature
        return kernel

    return decorated
