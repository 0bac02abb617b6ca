# A right server of lesson 1.
import os
import socket
import sys
import threading


def talk(conn):
    try:
        while data := conn.recv(1024):
            conn.sendall(data.upper())
    except OSError:
        pass
    conn.close()


port = sys.argv[1] if len(sys.argv) > 1 else os.environ["PORT"]
s = socket.create_server(("127.0.0.1", int(port)), backlog=128)


def serve():
    while True:
        threading.Thread(target=talk, args=(s.accept()[0],), daemon=True).start()


threading.Thread(target=serve, daemon=True).start()
input()  # Enter stops it
