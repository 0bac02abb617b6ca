# Lesson 3, a starter: a server that sends each message back in upper case. A message is
# its length in four bytes, the highest first, and then so many bytes.
# cargo run -p grade -- sticky-packet-demo python3 sticky-packet-demo/exercises/server.py PORT
import socket
import struct
import sys
import threading


def read_whole(conn, length):
    """Returns so many bytes, or None at the end of the stream."""
    # TODO 2: recv returns what has come, which can be less. Read on until all is here.
    return conn.recv(length) or None


def talk(conn):
    with conn:  # closes it at the end
        while prefix := read_whole(conn, 4):
            (length,) = struct.unpack("!I", prefix)
            # TODO 3: do not believe the length: 0, or more than 65,536, is a mistake.
            message = read_whole(conn, length)
            if message is None:
                return  # the stream ended inside a message
            # TODO 1: send it back in upper case, behind its length.


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
if sys.platform != "win32":  # start it again at once, though old connections linger
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(128)
while True:
    conn, address = listener.accept()
    threading.Thread(target=talk, args=[conn], daemon=True).start()
