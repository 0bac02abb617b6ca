# Turns a loop, as on a machine where it waits for a processor. Then it reads once, the
# first half alone; or it dies.
import socket
import sys
import time


def spin(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    conn, _ = s.accept()
    if sys.argv[2] == "reads":
        spin(0.1)
        conn.send(conn.recv(1024).upper())
    conn.close()
    if sys.argv[2] == "dies":
        spin(0.4)
        sys.exit("my last words")
