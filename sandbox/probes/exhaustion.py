# %% fill-memory-with-one-object | rlimits | memory
filled = bytearray(T.memory_mb * 4 << 20)
escaped(len(filled))

# %% fill-memory-piece-by-piece | rlimits | short memory
held = []
while True:
    held.append(os.urandom(1 << 20))

# %% fill-memory-with-numpy | rlimits | memory
import numpy

held = []
while True:
    held.append(numpy.ones(1 << 20))

# %% fill-memory-with-shared-mappings | host-clock | memory
held = []
while True:
    held.append(mmap.mmap(-1, 32 << 20))
    held[-1].write(b"x" * (32 << 20))

# %% fill-memory-with-shared-mappings-of-a-device | host-clock | memory
held, fd = [], os.open("/dev/zero", os.O_RDWR)
while True:
    held.append(mmap.mmap(fd, 32 << 20))
    held[-1].write(b"x" * (32 << 20))

# %% fill-memory-with-stacks-that-grow | host-clock | memory
libc.mmap.restype = ctypes.c_void_p
while True:
    page = libc.mmap(None, ctypes.c_size_t(32 << 20), 3, 0x122, -1, ctypes.c_long(0))
    if page == 2**64 - 1:
        break
    ctypes.memset(page, 1, 32 << 20)
time.sleep(1)

# %% fill-memory-and-make-it-read-only | host-clock | short memory
libc.mmap.restype = ctypes.c_void_p
while True:
    page = libc.mmap(None, ctypes.c_size_t(32 << 20), 3, 0x22, -1, ctypes.c_long(0))
    if page == 2**64 - 1:
        break
    ctypes.memset(page, 1, 32 << 20)
    libc.mprotect(ctypes.c_void_p(page), ctypes.c_size_t(32 << 20), 1)
time.sleep(1)

# %% raise-the-limits-again | rlimits | short
import resource

for name in ("AS", "DATA", "CPU", "NOFILE", "NPROC", "FSIZE", "CORE", "MEMLOCK", "MSGQUEUE"):
    kind = getattr(resource, f"RLIMIT_{name}")
    before = resource.getrlimit(kind)
    try:
        resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (OSError, ValueError):
        pass
    if resource.getrlimit(kind) != before or before[1] == resource.RLIM_INFINITY:
        escaped(f"{name} {before}")

# %% make-threads-without-end | rlimits | short
threading.stack_size(65536)
made = 0
try:
    while made < 2000:
        threading.Thread(target=time.sleep, args=(1,), daemon=True).start()
        made += 1
except RuntimeError:
    pass
if made > T.processes:
    escaped(f"{made} threads")

# %% make-threads-by-hand | rlimits |
made, held = 0, []
for _ in range(2000):
    stack = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if T.machine != "x86_64":
        break
    code = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)
    # mov edi, CLONE_VM|FS|FILES|SIGHAND|THREAD; mov rsi, stack; mov eax, 56; syscall; test; jnz ret; pause-loop
    top = ctypes.addressof(ctypes.c_char.from_buffer(stack)) + 4096
    code.write(
        b"\xbf"
        + struct.pack("<I", 0x10F00)
        + b"\x48\xbe"
        + struct.pack("<Q", top)
        + bytes.fromhex("31d24d31d24d31c0b8380000000f0585c07401c3b8220000000f05ebf7")
    )
    function = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
    held.append((stack, code))
    if function() < 0:
        break
    made += 1
print(made, "threads")
if made > T.processes:
    escaped(f"{made} threads")
os._exit(0)

# %% open-files-without-end | rlimits | short
held = []
try:
    while len(held) < 5000:
        held.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
if len(held) > T.open_files:
    escaped(f"{len(held)} descriptors")

# %% hide-descriptors-in-messages | rlimits |
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
sent = 0
try:
    ours.setblocking(False)
    while sent < 5000:
        socket.send_fds(ours, [b"x"], [os.open("/dev/null", os.O_RDONLY)])
        sent += 1
except OSError:
    pass
if sent > 2 * T.open_files:
    escaped(f"{sent} descriptors in flight")

# %% send-descriptors-to-the-server | frames |
with socket.socket(fileno=os.dup(3)) as own:
    for _ in range(50):
        show(lambda: socket.send_fds(own, [b"\0" * 12], [1] * 50))

# %% fill-the-disk | private-tmpfs | short
written = 0
try:
    for n in range(64):
        with open(f"/work/{n}" if n % 2 else f"/tmp/{n}", "wb") as file:
            while True:
                written += file.write(bytes(1 << 20))
except OSError:
    pass
usage = os.statvfs("/work")
if usage.f_blocks * usage.f_frsize > T.disk_mb << 20 or written > (T.disk_mb + 8) << 20:
    escaped(f"{written} bytes")
for n in range(64):
    try:
        os.unlink(f"/work/{n}" if n % 2 else f"/tmp/{n}")
    except OSError:
        pass

# %% fill-the-inodes | private-tmpfs |
made = 0
try:
    for n in range(100_000):
        os.close(os.open(f"/tmp/{n}", os.O_CREAT | os.O_WRONLY))
        made += 1
except OSError:
    pass
if made > 10_000:
    escaped(f"{made} files")

# %% reserve-a-sparse-file-larger-than-the-disk | private-tmpfs |
for reserve in (
    lambda fd: os.posix_fallocate(fd, 0, T.disk_mb * 4 << 20),
    lambda fd: os.ftruncate(fd, 1 << 40),
):
    fd = os.open("/tmp/sparse", os.O_CREAT | os.O_RDWR)
    try:
        reserve(fd)
        escaped("a file past the limit on file size")
    except OSError:
        pass

# %% nest-folders-without-end | private-tmpfs |
depth = 0
os.chdir("/tmp")
try:
    while depth < 20_000:
        os.mkdir("d")
        os.chdir("d")
        depth += 1
except OSError:
    pass
if depth > 10_000:
    escaped(f"{depth} folders")

# %% fill-kernel-memory-with-pipes | rlimits |
import fcntl

total, held = 0, []
try:
    while True:
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        try:
            fcntl.fcntl(writer, 1031, 1 << 20)
        except OSError:
            pass
        held.append((reader, writer))
        try:
            while True:
                total += os.write(writer, bytes(1 << 16))
        except BlockingIOError:
            pass
except OSError:
    pass
if total > 256 << 20:
    escaped(f"{total} bytes in pipes")

# %% fill-kernel-memory-with-queued-signals | rlimits |
signal.pthread_sigmask(signal.SIG_BLOCK, range(34, 64))
queued = 0
info = (ctypes.c_int * 32)(34, 0, -1)
while queued < 100_000 and call("rt_sigqueueinfo", 1, 34, info) == 0:
    queued += 1
if queued > 5_000:
    escaped(f"{queued} signals")

# %% dump-core | no-new-privileges |
import resource

show(lambda: resource.setrlimit(resource.RLIMIT_CORE, (-1, -1)))
libc.abort()

# %% use-up-the-stack | rlimits | short
sys.setrecursionlimit(10**9)


class Deep:
    def __repr__(self):
        return repr(self)


repr(Deep())

# %% use-up-the-stack-of-the-parser | rlimits |
sys.setrecursionlimit(10**9)
show(lambda: compile("(" * 150 + ")" * 150, "x", "eval"))
show(lambda: eval("-" * 100_000 + "1"))

# %% use-up-the-stack-in-native-code | rlimits |
sys.setrecursionlimit(10**9)
function = ctypes.CFUNCTYPE(None)(lambda: function())
function()

# %% compute-past-the-limit-on-cpu-time | rlimits | short cpu
while True:
    pass

# %% ignore-the-signal-of-the-limit-on-cpu-time | rlimits | cpu
signal.signal(signal.SIGXCPU, lambda *_: None)
while True:
    try:
        loop_for(1)
    except BaseException:
        pass

# %% compute-in-threads-past-the-limit-on-cpu-time | rlimits | cpu
signal.signal(signal.SIGXCPU, signal.SIG_IGN)
for _ in range(8):
    threading.Thread(target=loop_for, args=(60,), daemon=True).start()
loop_for(60)

# %% ignore-every-signal-at-the-wall | host-clock | short wall
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    time.sleep(10)

# %% catch-the-interrupt-and-go-on | host-clock | wall
signal.signal(signal.SIGTERM, lambda *_: None)
while True:
    try:
        time.sleep(10)
    except BaseException:
        pass

# %% block-every-signal-in-native-code | host-clock | wall
mask = (ctypes.c_uint64 * 16)(*[2**64 - 1] * 16)
libc.sigprocmask(0, mask, None)
libc.sleep(60)

# %% go-on-in-a-thread-after-the-answer | host-clock | short
threading.Thread(target=loop_for, args=(60,)).start()

# %% go-on-in-an-exit-handler | host-clock |
import atexit

atexit.register(time.sleep, 60)
threading.Thread(target=time.sleep, args=(60,)).start()
sys.exit(0)

# %% go-on-in-a-finaliser | host-clock | wall


class Stays:
    def __del__(self):
        time.sleep(60)


stays = Stays()
del stays

# %% close-the-socket-and-go-on | host-clock |
os.close(3)
loop_for(60)

# %% close-every-descriptor-and-go-on | host-clock |
os.closerange(0, 10)
loop_for(60)

# %% say-goodbye-on-the-socket-and-go-on | host-clock |
socket.socket(fileno=3).shutdown(socket.SHUT_RDWR)
loop_for(60)

# %% print-without-end | host-clock | short output
while True:
    os.write(1, b"x" * 65536)

# %% print-without-end-on-both-streams | host-clock | output
threading.Thread(target=lambda: [os.write(2, b"y" * 65536) for _ in range(10**9)], daemon=True).start()
while True:
    os.write(1, b"x" * 65536)

# %% fill-kernel-memory-with-sockets-of-every-thread | seccomp |
sent = []


def fill():
    held = []
    call(
        "close_range", 4_000_000, 4_000_001, 2
    )  # CLOSE_RANGE_UNSHARE: a descriptor table for this thread alone
    try:
        while True:
            pair = socket.socketpair()
            held.append(pair)
            for end in pair:
                end.setblocking(False)
                try:
                    while True:
                        sent.append(end.send(bytes(1 << 15)))
                except BlockingIOError:
                    pass
    except OSError:
        time.sleep(0.3)


threading.stack_size(1 << 18)
threads = [threading.Thread(target=fill) for _ in range(30)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sum(sent) >> 20, "MiB in sockets")
if sum(sent) > 128 << 20:
    escaped(f"{sum(sent)} bytes in sockets")

# %% fill-kernel-memory-with-sockets-in-flight | rlimits |
carrier, _ = socket.socketpair()
carrier.setblocking(False)
sent = 0
try:
    while sent < 1 << 30:
        pair = socket.socketpair()
        for end in pair:
            end.setblocking(False)
            try:
                while True:
                    sent += end.send(bytes(1 << 15))
            except BlockingIOError:
                pass
        socket.send_fds(carrier, [b"x"], [end.fileno() for end in pair])
        for end in pair:
            end.close()
except OSError:
    pass
print(sent >> 20, "MiB in flight")
if sent > 256 << 20:
    escaped(f"{sent} bytes in flight")

# %% make-locks-without-end | rlimits |
import fcntl

made = 0
with open("/tmp/locks", "wb") as file:
    until = time.monotonic() + 1
    try:
        while time.monotonic() < until:
            fcntl.lockf(file, fcntl.LOCK_EX, 1, 2 * made)
            made += 1
    except OSError:
        pass
print(made, "locks")
if made > 1_000_000:
    escaped(f"{made} locks")
