# Takes a connection, says nothing, and has started a program that does the same.
import socket
import subprocess
import sys
import time

child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
conn, _ = s.accept()
print("child", child.pid, flush=True)
time.sleep(600)
