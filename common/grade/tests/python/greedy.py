# Resident are 17 pictures of the same 64 MB, which is quickly done.
import mmap
import tempfile
import time

f = tempfile.TemporaryFile()
f.truncate(1 << 26)
populate = 0x8000  # before Python 3.10 it has no name
flags = mmap.MAP_SHARED | populate
m = [mmap.mmap(f.fileno(), 1 << 26, flags) for _ in range(17)]
time.sleep(60)
