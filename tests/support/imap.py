"""A real IMAP server on loopback, encrypted, in memory (pymap); tests may let it refuse a command or drop the line."""

import asyncio
import imaplib
import ssl
from argparse import Namespace
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from functools import partial
from threading import Thread
from typing import Any

from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, DictBackend, Login
from pymap.context import connection_exit
from pymap.exceptions import NotAllowedError
from pymap.imap import IMAPConnection
from pymap.imap.state import ConnectionState
from pymap.parsing.command import Command
from pysasl.creds.server import ServerCredentials
from pysasl.hashing import BuiltinHash

from tests.support.smtp import LOOPBACK, loopback_socket

USER, PASSWORD = "rücklauf", "Grüße aus Mühlhausen"
# What a habit may answer: None, or one of these.
REFUSE, HANG_UP, HANG_UP_AFTER, SILENT = "refuse", "hang up", "hang up after", "silent"
Habit = Callable[[str, int], str | None]


class MailRoom:
    """``habit`` is asked before each command with its name and how often it has been given (1, 2, …)."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._socket = loopback_socket()
        self.host = LOOPBACK
        self.port: int = self._socket.getsockname()[1]
        self._context = context
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._config = _Config(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            host=None,
            port=self.port,
            demo_data=False,
            demo_user=USER,
            demo_password=PASSWORD,
            tls_enabled=False,
            invalid_user_sleep=0,
            # Its usual cost is for attackers: half a second at every sign-in.
            hash_context=BuiltinHash(rounds=1),
        )
        self._login = Login(self._config)
        self.silence = asyncio.Event()
        self.reset()

    def reset(self) -> None:
        self._config.set_cache.clear()
        self._config.without = set()
        self.commands: Counter[str] = Counter()
        self.habit: Habit = lambda command, number: None

    def without(self, *capabilities: bytes) -> None:
        """Be a server that knows less."""
        self._config.without = set(capabilities)

    def put(self, *messages: bytes, folder: str = "INBOX") -> None:
        with self._talk() as talk:
            for raw in messages:
                assert talk.append(folder, "", "", raw)[0] == "OK"

    def folder(self, name: str = "INBOX") -> list[tuple[bytes, bytes]]:
        """The messages of a folder, each with the line that holds its flags."""
        with self._talk() as talk:
            talk.select(name, readonly=True)
            _, found = talk.fetch("1:*", "(FLAGS BODY.PEEK[])")
        return [(part[0], part[1]) for part in found if isinstance(part, tuple)]

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(_end_talks(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._socket.close()

    async def _serve(self) -> None:
        self._config.apply_context()
        await DictBackend._add_demo_user(self._config, self._login)
        await asyncio.start_server(self._connected, sock=self._socket, ssl=self._context)

    async def _connected(self, reader: StreamReader, writer: StreamWriter) -> None:
        connection = IMAPConnection(
            self._config.commands, self._config, reader, writer, SocketInfo.get(writer, None)
        )
        async with AsyncExitStack() as stack:
            connection_exit.set(stack)
            stack.enter_context(closing(connection))
            await connection.run(_State(self, writer))

    @contextmanager
    def _talk(self) -> Iterator[imaplib.IMAP4_SSL]:
        """The tests' own talk, by another library than the one that is tested, with no habit in the way."""
        habit, self.habit = self.habit, lambda command, number: None
        anyone = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
        with imaplib.IMAP4_SSL(self.host, self.port, ssl_context=anyone) as talk:
            talk.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
            yield talk
        self.habit = habit
        self.commands.clear()


async def _end_talks() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class _Config(Config):
    without: set[bytes]

    @property
    def login_capability(self) -> list[bytes]:
        return [known for known in super().login_capability if known not in self.without]


class _State(ConnectionState):
    """One talk; what a habit says comes before what the server would do."""

    def __init__(self, room: MailRoom, writer: StreamWriter) -> None:
        super().__init__(room._login, room._config)
        self._room = room
        self._writer = writer

    async def do_authenticate(self, cmd: Any, creds: ServerCredentials | None) -> Any:
        return await self._humoured(cmd, partial(super().do_authenticate, cmd, creds))

    async def do_command(self, cmd: Command) -> Any:
        return await self._humoured(cmd, partial(super().do_command, cmd))

    async def _humoured(self, cmd: Command, answering: Callable[[], Awaitable[Any]]) -> Any:
        name = cmd.command.decode()
        self._room.commands[name] += 1
        said = self._room.habit(name, self._room.commands[name])
        if said == SILENT:
            await self._room.silence.wait()
        answer = await answering() if said in (None, HANG_UP_AFTER) else None
        if said == REFUSE:
            raise NotAllowedError("Not today.")
        if said in (HANG_UP, HANG_UP_AFTER):
            self._writer.transport.abort()
            raise EOFError
        return answer
