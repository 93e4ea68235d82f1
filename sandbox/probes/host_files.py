# %% read-a-file-by-its-path | read-only-root | short control
show(lambda: read_file(T.file))

# %% read-a-file-through-a-symlink-in-the-workspace | read-only-root | control
os.symlink(T.file, T.work + "/link")
show(lambda: read_file(T.work + "/link"))

# %% hand-out-a-host-file-as-an-artifact | read-only-root |
os.symlink(T.file, "/work/artifact.txt")
os.symlink(T.folder, "/work/folder")

# %% read-a-file-through-proc-root | namespaces | short
for pid in (1, T.pid, T.host_pid, "self", "thread-self"):
    show(lambda: read_file(f"/proc/{pid}/root{T.file}"))
    show(lambda: read_file(f"/proc/{pid}/cwd/../../../../../..{T.file}"))

# %% climb-out-with-dot-dot-from-every-descriptor | read-only-root |
for fd in range(64):
    show(lambda: os.read(os.open("../" * 40 + T.file.lstrip("/"), os.O_RDONLY, dir_fd=fd), 999))
show(lambda: read_file("../" * 40 + T.file.lstrip("/")))

# %% open-a-file-by-its-kernel-handle | seccomp |
handle = (ctypes.c_uint32 * 36)(128)
if call("name_to_handle_at", -100, b"/", handle, ctypes.byref(ctypes.c_int()), 0) >= 0:
    escaped("a handle that open_by_handle_at could vary")

# %% write-to-a-host-file-by-its-path | read-only-root | control
show(lambda: open(T.file, "a").write("defaced"))

# %% make-a-file-in-every-folder-the-host-uses | read-only-root | short
for folder in T.folders:
    show(lambda: open(f"{folder}/{T.mark}", "w").write("planted"))

# %% make-a-file-in-every-folder-of-the-jail | read-only-root | short
for folder, folders, _ in os.walk("/"):
    if folder.startswith(("/work", "/tmp")):
        continue
    try:
        open(f"{folder}/{T.mark}", "w").close()
        escaped(f"wrote in {folder}")
    except OSError:
        pass
    if folder.count("/") > 4:
        folders.clear()

# %% make-an-unnamed-file-among-the-libraries | read-only-root |
for folder in ("/python/lib", "/site-packages", "/guest", "/etc", "/"):
    try:
        os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)
        escaped(folder)
    except OSError:
        pass

# %% change-mode-owner-or-times-of-what-is-bound | read-only-root | short
import numpy

for path in (
    numpy.__file__,
    os.__file__,
    "/python/bin/python3",
    "/guest/seccomp.bpf",
    "/site-packages",
    "/etc/passwd",
    "/",
):
    for change in (
        lambda: os.chmod(path, 0o777),
        lambda: os.utime(path),
        lambda: os.chown(path, os.getuid(), os.getgid()),
        lambda: os.setxattr(path, "user.x", b"1"),
        lambda: os.truncate(path, 0),
        lambda: os.rename(path, path + "x"),
        lambda: os.open(path, os.O_WRONLY),
    ):
        try:
            change()
            escaped(path)
        except OSError:
            pass

# %% change-mode-or-times-of-a-device-node | read-only-root | short
for path in T.devices:
    for change in (
        lambda: os.chmod(path, 0o640),
        lambda: os.utime(path),
        lambda: os.chown(path, os.getuid(), -1),
        lambda: os.setxattr(path, "user.x", b"1"),
        lambda: os.fchmod(os.open(path, os.O_RDWR), 0o640),
        lambda: os.unlink(path),
    ):
        show(change)

# %% map-a-library-of-the-host-for-writing | read-only-root |
import numpy

fd = os.open(numpy.__file__, os.O_RDONLY)
try:
    page = mmap.mmap(fd, 4096, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
    page[0:1] = b"#"
    escaped("a shared writable mapping of a library")
except OSError:
    pass

# %% make-a-mapping-of-a-library-writable-afterwards | read-only-root |
fd = os.open("/guest/models.json", os.O_RDONLY)
page = mmap.mmap(fd, 0, mmap.MAP_SHARED, mmap.PROT_READ)
address = ctypes.c_void_p()
view = (ctypes.c_char * len(page)).from_buffer_copy(page)
import numpy

start = numpy.frombuffer(page, dtype="u1").ctypes.data
if call("mprotect", start, 4096, 3) == 0:
    escaped("a shared mapping became writable")

# %% link-a-library-into-the-workspace-and-write-through-it | read-only-root |
for link in (os.link, os.rename):
    try:
        link("/guest/models.json", "/work/models.json")
        escaped("the inode is in a writable mount")
    except OSError:
        pass

# %% take-a-lease-on-a-library | seccomp |
import fcntl

for kind in (0, 1):
    try:
        fcntl.fcntl(os.open("/guest/models.json", os.O_RDONLY), 1024, kind)
        escaped("a lease holds up the host's writers")
    except OSError:
        pass

# %% watch-a-library-folder-for-the-hosts-doings | seccomp |
import fcntl

for try_it in (
    lambda: fcntl.fcntl(os.open("/site-packages", os.O_RDONLY), 1026, 0x80000001),
    lambda: os.strerror(-call("inotify_init1", 0)) if call("inotify_init1", 0) < 0 else escaped("inotify"),
    lambda: (
        os.strerror(-call("fanotify_init", 0, 0)) if call("fanotify_init", 0, 0) < 0 else escaped("fanotify")
    ),
):
    try:
        if try_it() == 0:
            escaped("a watch")
    except OSError:
        pass

# %% open-devices-of-the-machine | read-only-root | short
for name in (
    "mem",
    "kmem",
    "port",
    "kmsg",
    "sda",
    "vda",
    "nvme0n1",
    "loop-control",
    "fuse",
    "kvm",
    "net/tun",
    "tty",
    "console",
    "ptmx",
    "pts/0",
    "shm",
    "mqueue",
    "userfaultfd",
    "dri/card0",
    "vsock",
    "vhost-vsock",
    "hpet",
):
    try:
        os.open(f"/dev/{name}", os.O_RDONLY)
        escaped(name)
    except OSError:
        pass
extra = set(os.listdir("/dev")) - {"null", "zero", "full", "random", "urandom"}
if extra:
    escaped(extra)

# %% make-a-device-node | seccomp | short
import stat

for kind, numbers in (
    (stat.S_IFBLK, (8, 0)),
    (stat.S_IFCHR, (1, 1)),
    (stat.S_IFCHR, (1, 11)),
    (stat.S_IFCHR, (5, 1)),
):
    try:
        os.mknod("/work/node", kind | 0o666, os.makedev(*numbers))
        os.open("/work/node", os.O_RDONLY)
        escaped(numbers)
    except OSError:
        pass

# %% run-a-file-of-the-workspace-as-a-set-user-id-program | private-tmpfs |
open("/work/su", "wb").write(open("/python/bin/python3", "rb").read(4096))
try:
    os.chmod("/work/su", 0o6755)
except OSError:
    pass
if not os.statvfs("/work").f_flag & os.ST_NOSUID or not os.statvfs("/tmp").f_flag & os.ST_NOSUID:
    escaped("set-user-id bits count in the workspace")

# %% map-a-file-of-the-workspace-as-code | private-tmpfs |
for folder in ("/work", "/tmp"):
    with open(folder + "/code", "w+b") as file:
        file.write(b"\xc3" * 4096)
        file.flush()
        try:
            mmap.mmap(file.fileno(), 4096, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC)
            escaped(f"{folder} holds programs")
        except OSError:
            pass

# %% read-what-is-under-the-made-up-proc | namespaces |
names = set(os.listdir("/proc")) | {f"self/{name}" for name in os.listdir("/proc/self")}
if names - {"self", "cpuinfo", "meminfo", "self/maps"}:
    escaped(names)
try:
    open("/proc/self/maps", "a").close()
    escaped("/proc/self/maps can be written")
except OSError:
    pass
for name in ("1", "sys/kernel/core_pattern", "kcore", "keys", "sysrq-trigger", "kallsyms", "mounts"):
    if os.path.lexists(f"/proc/{name}"):
        escaped(name)

# %% find-the-hosts-folders | read-only-root | short
for name in (
    "home",
    "root",
    "var",
    "opt",
    "srv",
    "mnt",
    "media",
    "boot",
    "sys",
    "run",
    "usr/bin",
    "usr/share",
    "usr/local/bin",
):
    if os.path.exists(f"/{name}") and os.listdir(f"/{name}"):
        escaped(name)
extra = set(os.listdir("/etc")) - {"passwd", "group"}
if extra:
    escaped(extra)

# %% find-sockets-of-daemons | read-only-root |
for path in (
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/dbus/system_bus_socket",
    "/run/systemd/private",
    "/run/user/0/bus",
    "/tmp/.X11-unix/X0",
    "/dev/log",
    "/run/podman/podman.sock",
):
    if os.path.exists(path):
        escaped(path)

# %% read-a-library-that-is-not-for-everyone | read-only-root |
if T.private and os.access(T.private, os.R_OK):
    escaped("a file for its owner only")
show(lambda: read_file(T.private))
