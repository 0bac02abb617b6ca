# The server of the tutorial that this course retells, as it stands there.
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen(5)
while True:
    conn, client_addr = s.accept()
    while True:
        try:
            data = conn.recv(1024)
            print("client data", data)
            conn.send(data.upper())
        except ConnectionResetError:
            break
    conn.close()
s.close()
