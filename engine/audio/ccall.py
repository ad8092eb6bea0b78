"""C functions by address and the floating point mode, for compiled code: what lets a callback leave Python out."""

import ctypes
import ctypes.util
import platform

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from engine.core.errors import TaoError


@intrinsic
def call_at(typingctx, address, first, second):
    """Call the C function at `address` with two integers or pointers; what it returns, as int64."""

    def codegen(context, builder, signature, arguments):
        word = ir.IntType(64)
        function = builder.inttoptr(arguments[0], ir.FunctionType(word, [word, word]).as_pointer())
        return builder.call(function, arguments[1:])

    return types.int64(types.int64, types.int64, types.int64), codegen


@intrinsic
def call_four_at(typingctx, address, first, second, third, fourth):
    """`call_at` with four integers or pointers."""

    def codegen(context, builder, signature, arguments):
        word = ir.IntType(64)
        function = builder.inttoptr(arguments[0], ir.FunctionType(word, [word] * 4).as_pointer())
        return builder.call(function, arguments[1:])

    return types.int64(*[types.int64] * 5), codegen


_READ, _WRITE, _FLUSH = {
    "x86_64": ("stmxcsr", "ldmxcsr", 0x8040),  # flush to zero, denormals are zero
    "aarch64": ("mrs $0, fpcr", "msr fpcr, $0", 1 << 24),
}.get({"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine()), ("", "", 0))


@intrinsic
def float_mode(typingctx):
    """How this thread's floating point unit is set."""

    def codegen(context, builder, signature, arguments):
        word = ir.IntType(64)
        if _READ == "stmxcsr":
            place = builder.alloca(ir.IntType(32))
            _sse(builder, "stmxcsr", place)
            return builder.zext(builder.load(place), word)
        if not _READ:
            return word(0)
        return builder.asm(ir.FunctionType(word, []), _READ, "=r", [], side_effect=True)

    return types.int64(), codegen


@intrinsic
def set_float_mode(typingctx, mode):
    """Set it so. `mode | FLUSH` makes denormals zero: the last of a tail would cost many times as much as its sound."""

    def codegen(context, builder, signature, arguments):
        if _WRITE == "ldmxcsr":
            place = builder.alloca(ir.IntType(32))
            builder.store(builder.trunc(arguments[0], ir.IntType(32)), place)
            _sse(builder, "ldmxcsr", place)
        elif _WRITE:
            builder.asm(ir.FunctionType(ir.VoidType(), [ir.IntType(64)]), _WRITE, "r", arguments, side_effect=True)
        return context.get_dummy_value()

    return types.void(types.int64), codegen


FLUSH = _FLUSH


def _sse(builder, name, place):
    """Call the instruction `name` with a pointer to 32 bits."""
    pointer = ir.IntType(8).as_pointer()
    function = builder.module.declare_intrinsic(f"llvm.x86.sse.{name}", fnty=ir.FunctionType(ir.VoidType(), [pointer]))
    builder.call(function, [builder.bitcast(place, pointer)])


def clock_address() -> int:
    """The address of libc's clock_gettime."""
    library = ctypes.CDLL(ctypes.util.find_library("c"))
    address = ctypes.cast(library.clock_gettime, ctypes.c_void_p).value
    if address is None:
        raise TaoError("This system's C library has no clock_gettime; Tao needs one.")
    return address
