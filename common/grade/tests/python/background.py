# Goes into the background: before it listens, or in the middle of its first answer.
import os
import socket
import sys
import time


def leave():
    own = os.getpid()
    if os.fork():
        os._exit(0)
    while os.getppid() == own:
        time.sleep(0.01)


if sys.argv[2] == "first":
    leave()
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
conn, _ = s.accept()
if sys.argv[2] == "later":
    leave()
conn.sendall(conn.recv(1024).upper())
s.accept()
