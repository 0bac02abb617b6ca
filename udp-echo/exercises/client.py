# Lesson 2, a starter: a client that sends each line of its input, and prints the answers.
# cargo run -p grade -- udp-echo --client python3 udp-echo/exercises/client.py HOST PORT
import socket
import sys
import time

server = (sys.argv[1], int(sys.argv[2]))


def ask(question):
    """Returns the answer, or None when none comes."""
    # TODO 1: from a socket (AF_INET, SOCK_DGRAM) send the question to the server, and
    #         return the datagram that comes.
    # TODO 2: wait for a second at most, then ask again: four times in all. Each try has
    #         a socket of its own, so that a late answer finds its port closed.
    # TODO 3: anybody can send to this port. Take the server's answer only, and wait for
    #         it until the second is over, not for another whole second.
    return None


for line in sys.stdin.buffer:
    answer = ask(line.removesuffix(b"\n"))
    if answer is None:
        print("no answer", file=sys.stderr)
    else:
        sys.stdout.buffer.write(answer + b"\n")
        sys.stdout.buffer.flush()
