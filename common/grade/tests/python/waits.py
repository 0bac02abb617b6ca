# A client whose second thread waits for datagrams until it is ended.
import socket
import sys
import threading

server = (sys.argv[1], int(sys.argv[2]))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("", 0))


def receive():
    while True:
        print(udp.recvfrom(65535)[0].decode(), flush=True)


threading.Thread(target=receive).start()
for line in sys.stdin:
    udp.sendto(line.rstrip("\n").encode(), server)
