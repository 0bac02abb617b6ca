# Lesson 4, a starter: a client that downloads one file, and believes nothing.
# cargo run -p grade -- file-transfer --client python3 file-transfer/exercises/client.py HOST PORT NAME DIR
import hashlib
import json
import os
import socket
import struct
import sys

host, port, name, folder = sys.argv[1:]
finished = os.path.join(folder, name)  # the name that we asked for, not the server's


def read_whole(conn, length):
    """Returns so many bytes, or ends the program if the stream ends before."""
    part = b""
    while len(part) < length:
        piece = conn.recv(length - len(part))
        if not piece:
            sys.exit("the connection ended too early")
        part += piece
    return part


def send_message(conn, message):
    payload = json.dumps(message).encode()
    conn.sendall(struct.pack("!I", len(payload)) + payload)


def read_message(conn):
    (length,) = struct.unpack("!I", read_whole(conn, 4))
    if not 1 <= length <= 65_536:
        sys.exit("that is no length of a message")
    return json.loads(read_whole(conn, length))


with socket.create_connection((host, int(port)), timeout=30) as conn:
    # TODO 1: ask with {"command": "get", "filename": name}, and read the header. If its
    #         status is not "file", end with sys.exit and its message.
    # TODO 2: read file_size bytes, in pieces, into the file finished + ".unfinished".
    #         When all have come, os.replace gives it the name finished.
    # TODO 3: but only if the digest of these bytes is the header's "md5", or "sha256".
    pass
