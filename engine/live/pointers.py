"""C functions and memory by address, for compiled code: what lets a callback leave Python out."""

import ctypes
import ctypes.util

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from engine.core.errors import TaoError


@intrinsic  # type: ignore[misc]
def call_at(typingctx, address, first, second):  # type: ignore[no-untyped-def]
    """Call the C function at `address` with two integers or pointers; what it returns, as int64."""

    def codegen(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        word = ir.IntType(64)
        function = builder.inttoptr(arguments[0], ir.FunctionType(word, [word, word]).as_pointer())
        return builder.call(function, arguments[1:])

    return types.int64(types.int64, types.int64, types.int64), codegen


@intrinsic  # type: ignore[misc]
def call_four_at(typingctx, address, first, second, third, fourth):  # type: ignore[no-untyped-def]
    """`call_at` with four integers or pointers."""

    def codegen(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        word = ir.IntType(64)
        function = builder.inttoptr(arguments[0], ir.FunctionType(word, [word] * 4).as_pointer())
        return builder.call(function, arguments[1:])

    return types.int64(*[types.int64] * 5), codegen


@intrinsic
def pointer_to(typingctx, address):  # type: ignore[no-untyped-def]
    """The void pointer for `address`, as `numba.carray` wants it."""

    def codegen(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.int64), codegen


def clock_address() -> int:
    """The address of libc's clock_gettime."""
    library = ctypes.CDLL(ctypes.util.find_library("c"))
    address = ctypes.cast(library.clock_gettime, ctypes.c_void_p).value
    if address is None:
        raise TaoError("This system's C library has no clock_gettime; Tao needs one.")
    return address
