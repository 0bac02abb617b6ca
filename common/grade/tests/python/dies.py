# Dies of its first client, with escape codes on its lips.
import socket
import sys

s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
conn, _ = s.accept()
conn.recv(1024)
sys.exit("\x1b[31mI give up\x1b]0;owned\x07")
