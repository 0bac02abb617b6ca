# Resident are pictures of the same 64 MB, which is quickly done: 17 in one program, or 9
# in each of 8. Or a file that is too long, which needs no room.
import mmap
import os
import sys
import tempfile
import time

f = tempfile.TemporaryFile()
f.truncate(1 << 26)
if sys.argv[2] == "writes":
    os.pwrite(f.fileno(), b"!", 1 << 30)
together = sys.argv[2] == "together"
for _ in range(3 if together else 0):
    os.fork()
populate = 0x8000  # before Python 3.10 it has no name
flags = mmap.MAP_SHARED | populate
many = 9 if together else 17
m = [mmap.mmap(f.fileno(), 1 << 26, flags) for _ in range(many)]
time.sleep(60)
