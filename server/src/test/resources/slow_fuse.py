"""A file system with one directory whose calls wait: python3 slow_fuse.py DIRECTORY

Mounts itself on the directory by the kernel's protocol (linux/fuse.h), without a library. The directory has the files
lookup-N, whose look-up waits, and read-N, whose first read waits; each has the content "slow\\n". Prints a line when a call
begins to wait, and answers all of them, also later ones, when it reads a line. Ends when it is unmounted.
"""
import ctypes, os, stat, struct, sys, threading

LOOKUP, FORGET, GETATTR, OPEN, READ, STATFS, RELEASE, FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR, ACCESS, DESTROY = (
    1, 2, 3, 14, 15, 17, 18, 25, 26, 27, 28, 29, 34, 38)
BATCH_FORGET, INTERRUPT, ENOENT, ENOSYS = 42, 36, 2, 38
ASYNC_READ, PARALLEL_DIROPS = 1, 1 << 18  # as libfuse has them: reads and look-ups do not wait for one another
ROOT, CONTENT, OWNER = 1, b"slow\n", 0
go = threading.Event()
names = {}  # number of a file: its name


def attributes(node):
    is_root = node == ROOT
    mode = stat.S_IFDIR | 0o755 if is_root else stat.S_IFREG | 0o644
    size = 4096 if is_root else len(CONTENT)
    return struct.pack("<QQQQQQIIIIIIIIII", node, size, 1, 1, 1, 1, 0, 0, 0, mode, 1, OWNER, OWNER, 0, 4096, 0)


def attribute_reply(node):
    return struct.pack("<QII", 0, 0, 0) + attributes(node)


def answer(device, unique, payload=b"", error=0):
    try:
        os.write(device, struct.pack("<IiQ", 16 + len(payload), -error, unique) + payload)
    except OSError:
        pass  # the caller has gone


def wait(what):
    if not go.is_set():
        print(what, flush=True)
        go.wait()


def handle(device, opcode, unique, node, body):
    if opcode == INIT:
        answer(device, unique, struct.pack("<IIIIHHIIHHI7I", 7, 31, 4096, ASYNC_READ | PARALLEL_DIROPS, 64, 48, 4096, 1, 1, 0, 0, *[0] * 7))
    elif opcode == LOOKUP:
        name = body.rstrip(b"\0").decode()
        if not name.startswith(("lookup-", "read-")):
            return answer(device, unique, error=ENOENT)
        if name.startswith("lookup-"):
            wait(name)
        found = 2 + sum(name.encode()) * 1000 + int(name.split("-")[1])
        names[found] = name
        answer(device, unique, struct.pack("<QQQQII", found, 0, 0, 0, 0, 0) + attributes(found))
    elif opcode == GETATTR:
        answer(device, unique, attribute_reply(node))
    elif opcode in (OPEN, OPENDIR):
        answer(device, unique, struct.pack("<QII", 0, 0, 0))
    elif opcode == READ:
        if names[node].startswith("read-"):
            wait(names[node])
        offset, size = struct.unpack_from("<QI", body, 8)
        answer(device, unique, CONTENT[offset:offset + size])
    elif opcode == READDIR:
        answer(device, unique)
    elif opcode == STATFS:
        answer(device, unique, bytes(80))
    elif opcode in (RELEASE, RELEASEDIR, FLUSH, ACCESS, DESTROY):
        answer(device, unique)
    elif opcode not in (FORGET, BATCH_FORGET, INTERRUPT):
        answer(device, unique, error=ENOSYS)


def main():
    directory = sys.argv[1]
    device = os.open("/dev/fuse", os.O_RDWR)
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"fd={device},rootmode=40000,user_id={OWNER},group_id={OWNER},allow_other"
    if libc.mount(b"slow", directory.encode(), b"fuse", 0, options.encode()) != 0:
        raise OSError(ctypes.get_errno(), "mount")
    threading.Thread(target=lambda: (sys.stdin.readline(), go.set()), daemon=True).start()
    print("mounted", flush=True)
    while True:
        try:
            request = os.read(device, 1 << 20)
        except OSError:
            return  # unmounted
        _, opcode, unique, node = struct.unpack_from("<IIQQ", request)
        threading.Thread(target=handle, args=(device, opcode, unique, node, request[40:]), daemon=True).start()


main()
