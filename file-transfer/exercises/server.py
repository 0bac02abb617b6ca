# Lesson 4, a starter: a server that shares the files of a folder.
# cargo run -p grade -- file-transfer python3 file-transfer/exercises/server.py PORT DIR
import hashlib
import json
import os
import socket
import struct
import sys
import threading

folder = sys.argv[2]


def read_whole(conn, length):
    """Returns so many bytes, or None if the stream ends before."""
    part = b""
    while len(part) < length:
        piece = conn.recv(length - len(part))
        if not piece:
            return None
        part += piece
    return part


def send_message(conn, message):
    payload = json.dumps(message).encode()
    conn.sendall(struct.pack("!I", len(payload)) + payload)


def answer(conn, request):
    # TODO 1: {"command": "list"}: {"status": "listing", "count": 2}, then a message for
    #         each file, {"filename": "a.txt", "file_size": 12}.
    # TODO 2: {"command": "get", "filename": "a.txt"}: {"status": "file", "filename":
    #         "a.txt", "file_size": 12, "md5": "..."}, then the bytes of the file.
    # TODO 3: a name is one file of this folder. For any other, such as ../a.txt or a
    #         folder: {"status": "error", "message": "no such file"}, and read nothing.
    send_message(conn, {"status": "error", "message": "not yet"})


def talk(conn):
    with conn:  # closes it at the end
        while prefix := read_whole(conn, 4):
            (length,) = struct.unpack("!I", prefix)
            if not 1 <= length <= 65_536:
                return
            payload = read_whole(conn, length)
            if payload is None:
                return
            answer(conn, json.loads(payload))


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
if sys.platform != "win32":  # start it again at once, though old connections linger
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(128)
while True:
    conn, address = listener.accept()
    threading.Thread(target=talk, args=[conn], daemon=True).start()
