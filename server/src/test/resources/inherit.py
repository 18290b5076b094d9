"""A service manager for tests: opens listening sockets and passes them to a program (sd_listen_fds(3)).

usage: inherit.py KIND[,KIND...] NAMES COMMAND...
KIND is tcp, udp or unix:PATH. Prints the port of each kind on one line, 0 for unix. NAMES is the value of
LISTEN_FDNAMES, or - for none. The program starts at once and again after each line "restart" of the input, when
SIGTERM has ended the one before; the end of the input ends it, after the line "wait" it may end by itself. Each line "started" or "ended CODE" is printed.
"""
import os, signal, socket, subprocess, sys

def opened(kind):
    if kind.startswith("unix:"):
        one = socket.socket(socket.AF_UNIX)
        one.bind(kind[5:])
    else:
        one = socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
        one.bind(("127.0.0.1", 0))
    if kind != "udp":
        one.listen(1000)
    return one

sockets = [opened(kind) for kind in sys.argv[1].split(",")]
ports = [one.getsockname()[1] if one.family == socket.AF_INET else 0 for one in sockets]
print(*ports, flush=True)
high = [os.dup(one.fileno()) for one in sockets]
for i in range(len(high)):
    while high[i] < 3 + len(high):
        high[i] = os.dup(high[i])

def start():
    pid = os.fork()
    if pid == 0:
        for i, fd in enumerate(high):
            os.dup2(fd, 3 + i, inheritable=True)
        os.environ["LISTEN_PID"] = str(os.getpid())
        os.environ["LISTEN_FDS"] = str(len(high))
        if sys.argv[2] != "-":
            os.environ["LISTEN_FDNAMES"] = sys.argv[2]
        os.dup2(2, 1)
        os.execvp(sys.argv[3], sys.argv[3:])
    print("started", flush=True)
    return pid

def ended(pid):
    print("ended", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)

program = start()
for line in sys.stdin:
    if line == "wait\n":
        ended(program)
        sys.exit()
    os.kill(program, signal.SIGTERM)
    ended(program)
    program = start()
os.kill(program, signal.SIGTERM)
ended(program)
