# Ends before it serves anybody, and says why at the end of a long line.
import sys

print("/a/long/path/" + "包/" * 30 + "settings.json: my own last words")
sys.exit(1)
