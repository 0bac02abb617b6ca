# The server in the documentation of Python's socketserver, until February 2025.
import socketserver


class MyTCPHandler(socketserver.BaseRequestHandler):
    def handle(self):
        self.data = self.request.recv(1024).strip()
        print("Received from {}:".format(self.client_address[0]))
        print(self.data)
        self.request.sendall(self.data.upper())


with socketserver.TCPServer(("127.0.0.1", 12000), MyTCPHandler) as server:
    server.serve_forever()
