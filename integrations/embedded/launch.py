"""Runs as a program of its own: become the server's user, die with the parent, become the server.

A pre-exec hook would do the same inside a fork, which is unsafe once the parent has threads.
Arguments: parent's process id, signal at its death (0: none), user id (or nothing), command.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, death_signal, uid, *command = sys.argv[1:]
    if uid:
        os.setgroups([])
        os.setgid(int(uid))
        os.setuid(int(uid))
    if int(death_signal) and sys.platform == "linux":
        # After setuid, which would clear it; exec keeps it.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit(f"The process {parent} that started {command[0]} is gone.")
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main()
