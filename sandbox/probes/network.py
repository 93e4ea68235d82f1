# %% connect-to-a-server-on-the-loopback | namespaces | short control
show(lambda: socket.create_connection(("127.0.0.1", T.tcp), 1))

# %% connect-over-ipv6 | namespaces | short
show(lambda: socket.create_connection(("::1", T.tcp6), 1))
show(lambda: socket.create_connection(("::ffff:127.0.0.1", T.tcp), 1))

# %% send-a-datagram-to-the-loopback | namespaces | short control
show(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello", ("127.0.0.1", T.udp)))

# %% connect-to-an-abstract-socket | namespaces | short control
show(lambda: socket.socket(socket.AF_UNIX).connect("\0" + T.abstract))

# %% connect-to-a-socket-by-its-path | read-only-root | short control
show(lambda: socket.socket(socket.AF_UNIX).connect(T.socket))

# %% send-to-an-abstract-socket-from-a-pair | namespaces | short control
ours, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
for address in ("\0" + T.abstract_datagram, T.socket_datagram):
    show(lambda: ours.sendto(b"hello", address))

# %% connect-one-end-of-a-pair-elsewhere | seccomp | control
ours, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
show(lambda: (ours.connect("\0" + T.abstract_datagram), ours.send(b"hello")))

# %% turn-the-servers-own-socket-elsewhere | seccomp |
with socket.socket(fileno=os.dup(3)) as own:
    show(lambda: own.connect("\0" + T.abstract))
    show(lambda: own.bind("\0" + T.mark))
    show(lambda: own.listen())

# %% listen-for-others | seccomp |
for family, address in (
    (socket.AF_UNIX, "\0" + T.mark),
    (socket.AF_UNIX, "/work/s"),
    (socket.AF_INET, ("127.0.0.1", 0)),
):
    try:
        with socket.socket(family) as server:
            server.bind(address)
            server.listen()
            escaped(address)
    except OSError:
        pass

# %% open-a-socket-of-family-{each} | seccomp | each=0,1,2,3,4,5,6,9,10,11,15,16,17,21,26,29,30,31,36,37,38,39,40,41,42,43,44
for kind in (1, 2, 3, 5):
    for protocol in (0, 1, 15, 255):
        fd = call("socket", int(EACH), kind, protocol)
        if fd >= 0:
            escaped(f"family {EACH} kind {kind}")

# %% open-a-pair-of-another-family | seccomp |
for family in (2, 10, 16, 17, 38, 40):
    if call("socketpair", family, 1, 0, (ctypes.c_int * 2)()) >= 0:
        escaped(family)

# %% ask-a-name-server | namespaces |
try:
    escaped(socket.getaddrinfo("example.org", 443))
except OSError:
    pass

# %% ask-the-clouds-metadata-service | namespaces |
import urllib.request

for url in (
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/",
    "http://metadata.google.internal/",
):
    try:
        escaped(urllib.request.urlopen(url, timeout=1).read(100))
    except (OSError, ValueError):
        pass

# %% fetch-through-a-data-library | namespaces |
import pandas as pd

try:
    pd.read_csv(f"http://127.0.0.1:{T.tcp}/x.csv")
except Exception as refused:
    print(refused)

# %% have-the-kernel-filter-packets-with-a-program | seccomp |
ours, _ = socket.socketpair()
buffer = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0xFFFF))
fprog = struct.pack("HxxxxxxP", 1, ctypes.addressof(buffer))
for option in (26, 51, 50, 52, 11):
    try:
        ours.setsockopt(socket.SOL_SOCKET, option, fprog)
        escaped(f"SO_ATTACH_FILTER {option}")
    except OSError:
        pass

# %% see-the-hosts-network-interfaces | namespaces |
try:
    names = [name for _, name in socket.if_nameindex()]
    if set(names) - {"lo"}:
        escaped(names)
except OSError:
    pass
if socket.gethostname() != "jail" or os.uname().nodename != "jail":
    escaped(socket.gethostname())
