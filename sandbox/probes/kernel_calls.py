# %% call-{each} | seccomp | each=ptrace,process_vm_readv,process_vm_writev,process_madvise,process_mrelease,pidfd_getfd,kcmp,unshare,setns,mount,umount2,pivot_root,chroot,move_mount,open_tree,fsopen,fsconfig,fsmount,fspick,mount_setattr,open_by_handle_at,quotactl,bpf,perf_event_open,userfaultfd,io_uring_setup,io_uring_enter,io_uring_register,add_key,request_key,keyctl,vmsplice,init_module,finit_module,delete_module,kexec_load,reboot,settimeofday,clock_settime,adjtimex,clock_adjtime,swapon,swapoff,acct,sethostname,setdomainname,syslog,vhangup,personality
CALLS = {
    "ptrace": (16, T.pid, 0, 0),
    "process_vm_readv": (T.host_pid, (ctypes.c_uint64 * 2)(), 0, (ctypes.c_uint64 * 2)(), 0, 0),
    "process_vm_writev": (T.host_pid, (ctypes.c_uint64 * 2)(), 0, (ctypes.c_uint64 * 2)(), 0, 0),
    "kcmp": (1, 1, 0, 0, 0),
    "unshare": (0x10000000,),
    "setns": (0, 0x10000000),
    "mount": (b"none", b"/tmp", b"tmpfs", 0, b""),
    "umount2": (b"/proc", 2),
    "pivot_root": (b"/tmp", b"/tmp"),
    "chroot": (b"/tmp",),
    "open_tree": (-100, b"/", 1),
    "fsopen": (b"tmpfs", 0),
    "bpf": (0, ctypes.create_string_buffer(128), 128),
    "perf_event_open": (ctypes.create_string_buffer(struct.pack("II", 1, 112) + bytes(104)), 0, -1, -1, 0),
    "userfaultfd": (1,),
    "io_uring_setup": (1, ctypes.create_string_buffer(256)),
    "add_key": (b"user", T.mark.encode(), b"x", 1, -4),
    "request_key": (b"user", b"x", 0, -4),
    "keyctl": (0, -4, 1),
    "process_madvise": (0, 0, 0, 0, 0),
    "reboot": (0, 0, 0, 0),
    "sethostname": (T.mark.encode(), 4),
    "setdomainname": (T.mark.encode(), 4),
    "syslog": (3, ctypes.create_string_buffer(4096), 4096),
    "personality": (0x0040000,),
    "acct": (b"/work/acct",),
}
returned = call(EACH, *CALLS.get(EACH, (0, 0, 0, 0, 0, 0)))
escaped(f"{EACH} came back with {returned}")

# %% call-without-an-effect-{each} | seccomp | each=shmget,msgget,semget,mq_open,timer_create,splice,tee,clone3,seccomp,landlock_create_ruleset,migrate_pages,move_pages,mbind,ioprio_set,sync,statmount,listmount,pidfd_open,memfd_create,mlockall,sched_setscheduler,setpriority,setsid,setpgid,setfsuid,mknodat,accept4,mlock
CALLS = {
    "shmget": (0x7078, 4096, 0o1666),
    "msgget": (0x7078, 0o1666),
    "semget": (0x7078, 1, 0o1666),
    "mq_open": (b"/" + T.mark.encode(), 0o102, 0o666, 0),
    "timer_create": (0, 0, ctypes.byref(ctypes.c_int())),
    "clone3": ((ctypes.c_uint64 * 8)(0x10000000, 0, 0, 0, 17), 64),
    "pidfd_open": (1, 0),
    "memfd_create": (b"x", 0),
    "mknodat": (-100, b"/work/n", 0o20666, 0x103),
    "mlock": (0x10000, 4096),
    "setfsuid": (0,),
    "landlock_create_ruleset": (0, 0, 1),
}
returned = call(EACH, *CALLS.get(EACH, (0, 0, 0, 0, 0, 0)))
if returned not in (-1, -38):
    escaped(f"{EACH} came back with {returned}")

# %% look-into-a-new-user-namespace | seccomp | short
for flag in (0x10000000, 0x00020000, 0x40000000, 0x20000000, 0x04000000, 0x08000000, 0x02000000):
    if libc.syscall(ctypes.c_long(NR["clone"]), ctypes.c_ulong(flag | 17), 0, 0, 0, 0) == 0:
        os._exit(0)
    escaped(f"clone with {flag:#x} came back")

# %% plant-a-key | seccomp | short
call("add_key", b"user", T.mark.encode(), b"x", 1, -4)
escaped("add_key came back")

# %% trace-a-process-of-the-host | seccomp | short
call("ptrace", 16, T.pid, 0, 0)
escaped("ptrace came back")

# %% mount-something | seccomp | short
call("mount", b"proc", b"/tmp", b"proc", 0, 0)
escaped("mount came back")
