# %% signal-a-process-of-the-host | namespaces | short control
for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):
    show(lambda: os.kill(T.pid, number))

# %% signal-everything | namespaces | short
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for pid in (-1, 0, -T.pid):
    show(lambda: os.kill(pid, signal.SIGTERM))

# %% signal-every-small-pid | namespaces |
for pid in range(2, 40_000):
    if call("kill", pid, 0) == 0:
        escaped(f"pid {pid} is there")
        break

# %% signal-the-server-that-holds-the-other-end | namespaces |
with socket.socket(fileno=os.dup(3)) as peer:
    pid, uid, gid = (
        struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, 17, 12))
        if call("getsockopt", 3, 1, 17, ctypes.create_string_buffer(12), ctypes.byref(ctypes.c_int(12))) == 0
        else (0, 0, 0)
    )
if pid:
    escaped(f"the server is pid {pid}")
show(lambda: os.kill(T.host_pid, signal.SIGTERM))

# %% get-a-descriptor-of-the-servers-process-from-the-socket | seccomp | short
fd, size = ctypes.c_int(-1), ctypes.c_int(4)
for level_option in ((1, 77),):
    if call("getsockopt", 3, *level_option, ctypes.byref(fd), ctypes.byref(size)) == 0:
        escaped("SO_PEERPIDFD")
        call("pidfd_send_signal", fd.value, 15, 0, 0)

# %% make-signals-come-with-a-descriptor-of-their-sender | seccomp |
if call("setsockopt", 3, 1, 76, ctypes.byref(ctypes.c_int(1)), 4) == 0:
    escaped("SO_PASSPIDFD")

# %% become-the-owner-of-a-sockets-signals | seccomp |
import fcntl

for command in (8, 10, 15):
    try:
        fcntl.fcntl(3, command, T.pid if command != 10 else 9)
        escaped("F_SETOWN or F_SETSIG")
    except OSError:
        pass

# %% queue-a-signal-to-a-process-of-the-host | namespaces |
for name in ("rt_sigqueueinfo", "tkill", "tgkill"):
    info = (ctypes.c_int * 32)(15, 0, -1)
    arguments = {"rt_sigqueueinfo": (T.pid, 15, info), "tkill": (T.pid, 9), "tgkill": (T.pid, T.pid, 9)}[name]
    if call(name, *arguments) == 0:
        escaped(name)

# %% change-limits-or-priority-of-a-process-of-the-host | namespaces |
limit = (ctypes.c_uint64 * 2)(0, 0)
for done in (
    call("prlimit64", T.pid, 7, limit, 0),
    call("sched_setaffinity", T.pid, 8, ctypes.byref(ctypes.c_uint64(1))),
    call("setpriority", 0, T.pid, 19),
    call("setpriority", 2, 0, 19),
    call("setpriority", 1, 0, 19),
):
    if done >= 0:
        escaped("a limit, the affinity or the priority was set")

# %% make-a-child-process | seccomp | short
for make in (os.fork, os.forkpty, lambda: os.posix_spawn("/python/bin/python3", ["python3"], {})):
    try:
        if make() == 0:
            os._exit(0)
        escaped(make)
    except OSError:
        pass
if call("fork") >= 0 or call("vfork") >= 0 if "fork" in NR else False:
    escaped("fork")

# %% make-a-child-process-with-clone | seccomp |
for flags in (17, 0x100 | 17, 0x4000 | 0x100 | 17, 0x8000 | 17, 0x1000 | 17):
    made = call("clone", flags, 0, 0, 0, 0)
    if made == 0:
        os._exit(0)
    if made > 0:
        escaped(f"clone {flags:#x}")

# %% make-a-child-process-with-clone3 | seccomp |
arguments = (ctypes.c_uint64 * 8)(0, 0, 0, 0, 17, 0, 0, 0)
made = call("clone3", arguments, 64)
if made == 0:
    os._exit(0)
if made > 0:
    escaped("clone3")

# %% start-another-program | seccomp | short
import subprocess

for command in (
    ["/bin/sh", "-c", f"echo planted > {T.folder}/{T.mark}"],
    ["/python/bin/python3", "-c", "print('ESCAPED:')"],
):
    try:
        subprocess.run(command, check=False)
        escaped(command)
    except OSError:
        pass

# %% become-another-program | seccomp | short
for path in ("/python/bin/python3", "/bin/sh"):
    show(lambda: os.execve(path, [path, "-c", "print('ESCAPED: execve')"], {}))

# %% become-a-program-through-its-descriptor | seccomp |
fd = os.open("/python/bin/python3", os.O_RDONLY)
arguments = (ctypes.c_char_p * 4)(b"python3", b"-c", b"print('ESCAPED: execveat')", None)
call("execveat", fd, b"", arguments, (ctypes.c_char_p * 1)(None), 0x1000)

# %% run-a-program-from-memory | seccomp |
fd = call("memfd_create", b"program", 0)
if fd >= 0:
    os.write(fd, open("/python/bin/python3", "rb").read())
    escaped("memfd_create")
if call("memfd_secret", 0) >= 0:
    escaped("memfd_secret")

# %% become-another-user | no-capabilities | short
before = os.getresuid(), os.getresgid()
for change in (
    lambda: os.setresuid(0, 0, 0),
    lambda: os.setuid(0),
    lambda: os.setresgid(0, 0, 0),
    lambda: os.setgroups([0]),
    lambda: os.seteuid(65534),
    lambda: os.setreuid(0, 0),
):
    show(change)
if (os.getresuid(), os.getresgid()) != before:
    escaped("another identity")

# %% hold-a-capability | no-capabilities | short
header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
libc.capget(header, data)
if any(data):
    escaped(list(data))
wanted = (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
if libc.capset(header, wanted) == 0:
    escaped("capset")
if any(libc.prctl(23, n, 0, 0, 0) == 1 for n in range(64)):
    escaped("a capability in the bounding set")

# %% lift-no-new-privileges-or-dumpability | no-new-privileges | short
if libc.prctl(39, 0, 0, 0, 0) != 1:
    escaped("no_new_privs is not set")
if libc.prctl(4, 1, 0, 0, 0) == 0 or libc.prctl(3, 0, 0, 0, 0) != 0:
    escaped("dumpable")
for option, value in ((8, 1), (28, 0), (47, 2), (0x59616D61, T.pid), (22, 2), (36, 1), (1, 0)):
    if libc.prctl(option, value, 0, 0, 0) == 0:
        escaped(f"prctl {option}")

# %% see-another-process | namespaces | short
if os.getpid() != 1 or os.getppid() != 0:
    escaped(f"pid {os.getpid()} of {os.getppid()}")
if os.getpgid(0) != 1 or os.getsid(0) != 1:
    escaped("a session with somebody else")

# %% type-into-a-terminal-of-the-host | seccomp |
for fd in range(16):
    for request in (0x5412, 0x541C, 0x540E, 0x4B72, 0x5437):
        if call("ioctl", fd, request, ctypes.create_string_buffer(b"\x03x")) >= 0:
            escaped(f"ioctl {request:#x} on {fd}")
try:
    os.open("/dev/tty", os.O_RDWR)
    escaped("a controlling terminal")
except OSError:
    pass

# %% inherit-a-descriptor | namespaces | short
found = []
for fd in range(4096):
    try:
        os.fstat(fd)
        found.append(fd)
    except OSError:
        pass
if found != [0, 1, 2, 3]:
    escaped(found)

# %% be-sent-a-descriptor-by-the-server | frames |
with socket.socket(fileno=os.dup(3)) as peer:
    peer.settimeout(0.3)
    try:
        message, ancillary, _, _ = peer.recvmsg(1 << 16, 4096)
        if ancillary:
            escaped(ancillary)
    except OSError:
        pass

# %% read-back-what-went-out-on-the-pipes | namespaces |
for fd in (1, 2):
    try:
        os.read(fd, 10)
        escaped(f"descriptor {fd} can be read")
    except OSError:
        pass

# %% name-itself-after-a-process-of-the-host | namespaces |
libc.prctl(15, b"bwrap", 0, 0, 0)

# %% use-32-bit-system-calls | seccomp |
if T.machine == "x86_64":
    function, page = native(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20 (getpid); int 0x80; ret
    escaped(f"the 32-bit table answered {function()}")

# %% use-x32-system-calls | seccomp |
if T.machine == "x86_64":
    escaped(f"the x32 table answered {libc.syscall(ctypes.c_long(0x40000000 | 39))}")

# %% run-machine-code-of-its-own | seccomp |
if T.machine == "x86_64":
    for number in (
        57,
        59,
        101,
        165,
        272,
        308,
        310,
    ):  # fork, execve, ptrace, mount, unshare, setns, process_vm_readv
        if number == 57:
            function, page = native(b"\xb8" + struct.pack("<I", number) + b"\x0f\x05\xc3")
            if function() == 0:
                os._exit(0)
            if function() > 0:
                escaped("fork by hand")

# %% load-another-filter-over-the-filter | seccomp |
program = struct.pack("HBBI", 6, 0, 0, 0x7FFF0000)
buffer = ctypes.create_string_buffer(program)
fprog = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 1, ctypes.addressof(buffer)))
for done in (call("seccomp", 1, 0, fprog), call("seccomp", 1, 8, fprog), call("prctl", 22, 2, fprog, 0, 0)):
    if done >= 0:
        escaped("a filter, which may have a listener that answers for it")
