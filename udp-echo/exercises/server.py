# Lesson 2, a starter: a server that answers each datagram with itself in upper case.
# cargo run -p grade -- udp-echo python3 udp-echo/exercises/server.py PORT
import socket
import sys

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", int(sys.argv[1])))
while True:
    datagram, client = server.recvfrom(1024)
    # TODO 1: send it back in upper case, as bytes, to the client that it came from.
    # TODO 2: a longer datagram is cut. Make room for the longest: 65,535 bytes.
