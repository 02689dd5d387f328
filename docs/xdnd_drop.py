#!/usr/bin/env python3
"""Drags files over an X11 window and drops them there with the XDND protocol, as a file manager does.

Usage: xdnd_drop.py WINDOW X Y [--hold FILE] PATH...

X and Y are screen coordinates. With --hold, it holds the files over the window until FILE exists, and then drops them.
It is used by docs/screenshots.sh, because xdotool can move the pointer but cannot be the source of a drag. It needs only
libX11.
"""
import ctypes
import os
import sys
import time
from urllib.parse import quote

LONG = ctypes.c_long
ULONG = ctypes.c_ulong
SELECTION_REQUEST, SELECTION_NOTIFY, CLIENT_MESSAGE = 30, 31, 33
XA_ATOM = 4
VERSION = 5
PATIENCE = 10.0


class ClientMessage(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ULONG), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
                ("window", ULONG), ("message_type", ULONG), ("format", ctypes.c_int), ("data", LONG * 5)]


class SelectionRequest(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ULONG), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
                ("owner", ULONG), ("requestor", ULONG), ("selection", ULONG), ("target", ULONG), ("property", ULONG),
                ("time", ULONG)]


class Selection(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ULONG), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
                ("requestor", ULONG), ("selection", ULONG), ("target", ULONG), ("property", ULONG), ("time", ULONG)]


class Event(ctypes.Union):
    _fields_ = [("type", ctypes.c_int), ("client", ClientMessage), ("request", SelectionRequest),
                ("selection", Selection), ("pad", LONG * 24)]


class Source:
    """The window that files are dragged from."""

    def __init__(self, paths):
        self.x = ctypes.CDLL("libX11.so.6")
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        for name in ("XInternAtom", "XDefaultRootWindow", "XCreateSimpleWindow"):
            getattr(self.x, name).restype = ULONG
        self.display = ctypes.c_void_p(self.x.XOpenDisplay(None))
        if not self.display:
            sys.exit("no X server: set DISPLAY")
        root = ULONG(self.x.XDefaultRootWindow(self.display))
        self.window = self.x.XCreateSimpleWindow(self.display, root, 0, 0, 1, 1, 0, ULONG(0), ULONG(0))
        self.data = "".join(f"file://{quote(path)}\r\n" for path in paths).encode()
        selection = ULONG(self.atom("XdndSelection"))
        self.x.XSetSelectionOwner(self.display, selection, ULONG(self.window), ULONG(0))
        self.said = set()

    def atom(self, name):
        return self.x.XInternAtom(self.display, name.encode(), 0)

    def send(self, window, name, *data):
        event = Event()
        event.client.type = CLIENT_MESSAGE
        event.client.window = window
        event.client.message_type = self.atom(name)
        event.client.format = 32
        for at, value in enumerate((self.window, *data)):
            event.client.data[at] = value
        self.x.XSendEvent(self.display, ULONG(window), 0, LONG(0), ctypes.byref(event))
        self.x.XFlush(self.display)

    def answer(self):
        """Sends the list of files to the window that requests it, and records the window's messages."""
        while self.x.XPending(self.display):
            event = Event()
            self.x.XNextEvent(self.display, ctypes.byref(event))
            if event.type == CLIENT_MESSAGE:
                self.said.add(event.client.message_type)
            elif event.type == SELECTION_REQUEST:
                asked = event.request
                self.x.XChangeProperty(self.display, ULONG(asked.requestor), ULONG(asked.property),
                                       ULONG(asked.target), 8, 0, self.data, len(self.data))
                note = Event()
                note.selection.type = SELECTION_NOTIFY
                for field in ("requestor", "selection", "target", "property", "time"):
                    setattr(note.selection, field, getattr(asked, field))
                self.x.XSendEvent(self.display, ULONG(asked.requestor), 0, LONG(0), ctypes.byref(note))
                self.x.XFlush(self.display)

    def until(self, name, seconds=PATIENCE):
        """Waits until the window sends a message."""
        end = time.monotonic() + seconds
        wanted = self.atom(name)
        while wanted not in self.said:
            if time.monotonic() > end:
                sys.exit(f"the window sends no {name}")
            self.answer()
            time.sleep(0.01)
        self.said.discard(wanted)


def main():
    arguments = sys.argv[1:]
    hold = None
    if "--hold" in arguments:
        at = arguments.index("--hold")
        hold = arguments[at + 1]
        del arguments[at:at + 2]
    window, x, y, *paths = arguments
    window, place = int(window, 0), int(x) << 16 | int(y)
    source = Source([os.path.abspath(path) for path in paths])
    copy = source.atom("XdndActionCopy")
    source.send(window, "XdndEnter", VERSION << 24, source.atom("text/uri-list"), 0, 0)
    for _ in range(2):
        source.send(window, "XdndPosition", 0, place, 0, copy)
        source.until("XdndStatus")
    while hold and not os.path.exists(hold):
        source.answer()
        time.sleep(0.02)
    source.send(window, "XdndDrop", 0, 0, 0, 0)
    source.until("XdndFinished")


if __name__ == "__main__":
    main()
