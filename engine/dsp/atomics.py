"""What two threads share: positions that one publishes and the other reads, and memory by address.

A position is the first word of a `layout.CURSOR`. A thread that reads it also sees everything written before it was
published, on every processor.
"""

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

WORDS = types.Array(types.int64, 1, "C")


@intrinsic
def load_acquire(typingctx, array, index):
    """array[index] of int64, read so that nothing read later can be older."""

    def codegen(context, builder, signature, arguments):
        data = make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.load_atomic(builder.gep(data, [arguments[1]]), "acquire", 8)

    return types.int64(array, types.int64), codegen


@intrinsic
def store_release(typingctx, array, index, value):
    """array[index] = value of int64, seen by others only after all that was written before."""

    def codegen(context, builder, signature, arguments):
        data = make_array(signature.args[0])(context, builder, arguments[0]).data
        builder.store_atomic(arguments[2], builder.gep(data, [arguments[1]]), "release", 8)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64), codegen


@intrinsic
def pointer_to(typingctx, address):
    """The void pointer for `address`, as `numba.carray` wants it."""

    def codegen(context, builder, signature, arguments):
        return builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.int64), codegen


@njit(types.int64(WORDS), cache=True, nogil=True)
def position(cursor):
    """What was published last, for Python. Real-time: yes."""
    return load_acquire(cursor, 0)


@njit(types.void(WORDS, types.int64), cache=True, nogil=True)
def publish(cursor, value):
    """Publish `value`, from Python. Real-time: yes."""
    store_release(cursor, 0, value)
