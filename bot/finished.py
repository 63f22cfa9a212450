"""Rows that are done with, told among the processes of one machine before the database knows."""

import mmap
import struct

_PLACES = 1 << 15
_NUMBER = struct.Struct("q")


class Finished:
    """A note in shared memory of the rows last finished, by any process forked after it was made.

    A row's end is written to the database a little later, many rows in one commit. Without this note the
    next row for the same person would have to ask the database until then. An absent row means nothing:
    notes are overwritten, and other machines have notes of their own.
    """

    def __init__(self) -> None:
        self._notes = mmap.mmap(-1, _PLACES * _NUMBER.size)

    def note(self, row: int) -> None:
        """Note that a row is done with. One number is written at once, so no lock is needed."""
        _NUMBER.pack_into(self._notes, row % _PLACES * _NUMBER.size, row)

    def __contains__(self, row: int) -> bool:
        return bool(_NUMBER.unpack_from(self._notes, row % _PLACES * _NUMBER.size)[0] == row)
