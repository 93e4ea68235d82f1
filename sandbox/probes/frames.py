# %% flood-the-server-with-{each}-frames | frames | short each=started,progress
bodies = {
    "started": b'{"op":"started"}',
    "progress": b'{"op":"progress","fraction":0.5,"message":"x"}',
}
flood = (struct.pack(">IQ", len(bodies[EACH]), 0) + bodies[EACH]) * 10_000
while True:
    os.write(3, flood)

# %% call-the-server-without-end-and-read-no-answer | frames | wall
body = b'{"op":"call","name":"nothing","arguments":{}}'
while True:
    os.write(3, (struct.pack(">IQ", len(body), 0) + body) * 1000)

# %% flood-the-server-with-large-frames | frames |
body = b'{"op":"progress","fraction":0.5,"message":"' + b"x" * (1 << 20) + b'"}'
while True:
    os.write(3, struct.pack(">IQ", len(body), 0) + body)

# %% promise-a-frame-and-never-send-it | host-clock | wall
os.write(3, struct.pack(">IQ", 1000, 0) + b"{")
time.sleep(60)

# %% send-a-frame-byte-by-byte | host-clock | wall
for byte in struct.pack(">IQ", 4_000_000, 0) + b" " * 4_000_000:
    os.write(3, bytes([byte]))

# %% promise-more-bytes-than-there-is-memory | frames | short
body = b'{"op":"progress","fraction":0.5,"message":"x"}'
os.write(3, struct.pack(">IQ", len(body), 2**63) + body)
time.sleep(60)

# %% nest-json-deeper-than-a-parser-can | frames |
body = b'{"op":"progress","fraction":0.5,"message":' + b"[" * 500_000 + b"]" * 500_000 + b"}"
os.write(3, struct.pack(">IQ", len(body), 0) + body)
time.sleep(60)

# %% report-progress-that-is-no-number | frames |
for number in (b"1" + b"0" * 400, b"-1e999", b"NaN", b"1e308"):
    body = b'{"op":"progress","fraction":' + number + b',"message":"x"}'
    os.write(3, struct.pack(">IQ", len(body), 0) + body)
time.sleep(1)

# %% answer-in-the-name-of-the-template | frames | short
body = b'{"op":"exited","id":1,"code":0,"signal":null,"cpu_s":0}'
os.write(3, struct.pack(">IQ", len(body), 0) + body)
time.sleep(60)

# %% name-an-artifact-after-a-file-of-the-host | frames | short
import json

for name in ("../" + T.mark, T.folder + "/" + T.mark, "a/../../" + T.mark, "\0", ""):
    body = json.dumps(
        {
            "op": "outcome",
            "status": "ok",
            "values": {},
            "error": None,
            "attachments": [{"kind": "file", "name": name, "mime": "text/plain", "size": 7}],
        }
    ).encode()
    os.write(3, struct.pack(">IQ", len(body), 7) + body + b"planted")
time.sleep(60)
