# A client of lesson 4 that waits for what will never come.
import json
import socket
import sys
import time

host, port, name, _ = sys.argv[1:]
conn = socket.create_connection((host, int(port)))
request = json.dumps({"command": "get", "filename": name}).encode()
conn.sendall(len(request).to_bytes(4, "big") + request)
time.sleep(600)
