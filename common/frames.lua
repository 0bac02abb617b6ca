-- Teaches Wireshark and tshark the frames of lesson 4, on TCP port 9901:
-- wireshark -X lua_script:common/frames.lua file-transfer/captures/get.pcap
local frames = Proto("frames", "Frame of lesson 4")
local length = ProtoField.uint32("frames.length", "Length")
local json = ProtoField.string("frames.json", "JSON")
local file = ProtoField.bytes("frames.file", "Bytes of the file")
frames.fields = { length, json, file }

-- The size of the message at `start`: a frame, and the file that may follow it.
local function size(bytes, _, start)
  local n = 4 + bytes(start, 4):uint() -- network byte order
  local left = bytes:len() - start
  if n > 4 + 65536 then return left end -- no frame: take all that is here
  if n > left then return n end -- Wireshark asks again when it has so many
  local text = bytes(start + 4, n - 4):string()
  local file_size = text:match('"status":"file".*"file_size":(%d+)') or 0
  local offset = text:match('"status":"file".*"offset":(%d+)') or 0
  return n + file_size - offset
end

local function show(bytes, packet, tree)
  tree = tree:add(frames, bytes())
  tree:add(length, bytes(0, 4))
  local n = bytes(0, 4):uint()
  local text = "not a frame"
  if n <= 65536 then
    text = bytes(4, n):string(ENC_UTF_8)
    tree:add(json, bytes(4, n), text)
    if bytes:len() > 4 + n then tree:add(file, bytes(4 + n)) end
  end
  packet.cols.protocol = "FRAME"
  packet.cols.info = n .. " " .. text .. " "
  packet.cols.info:fence() -- a packet may hold several frames: keep each
end

function frames.dissector(bytes, _, tree)
  dissect_tcp_pdus(bytes, tree, 4, size, show)
end
DissectorTable.get("tcp.port"):add(9901, frames)
