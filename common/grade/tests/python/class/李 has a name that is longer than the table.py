import socket
import sys

s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    conn, _ = s.accept()
    while data := conn.recv(1024):
        conn.sendall(data.upper())
