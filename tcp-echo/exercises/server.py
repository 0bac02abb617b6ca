# Lesson 1, a starter: a server that sends every byte back in upper case.
# cargo run -p grade -- tcp-echo python3 tcp-echo/exercises/server.py PORT
import socket
import sys
import threading


def talk(conn):
    with conn:  # closes it at the end
        # TODO 1: take what has come with recv(1024), and send all of it back in
        #         upper case, as bytes.
        # TODO 2: again and again, until recv returns 0 bytes: the client has finished.
        pass


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
if sys.platform != "win32":  # start it again at once, though old connections linger
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(128)
while True:
    conn, address = listener.accept()
    # TODO 3: talk to each client in a thread of its own: the next one need not wait, and
    #         an error ends that thread only.
    talk(conn)
