"""Where the server is: argument, environment, file, default."""
from __future__ import annotations

import os
import pathlib
import tomllib
from dataclasses import dataclass
from urllib.parse import urlsplit

from ._errors import RavenError

DEFAULT_URL = "http://localhost:9999"


@dataclass
class Chosen:
    """What the program set by R.initialize."""

    token: str = ""


CHOSEN = Chosen()


@dataclass(frozen=True)
class Server:
    """A server's address, and the token to show there."""

    url: str
    host: str
    port: int
    tls: bool
    token: str

    def __repr__(self) -> str:
        return f"Server({self.url!r})"


def _file() -> dict[str, object]:
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    path = pathlib.Path(base).expanduser() / "raven" / "client.toml"
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError) as err:
        raise RavenError(f"{path} cannot be read: {err}") from err


def _pick(*choices: object) -> str:
    return next((str(c) for c in choices if c), "")


def server(url: str | None = None, token: str | None = None) -> Server:
    """The server that argument, environment or file name.

    Raises
    ------
    RavenError
        When the URL is not one of http or https, or the file is damaged.
    """
    env = os.environ
    file = _file()
    chosen = _pick(
        url, env.get("RAVEN_URL"), env.get("RAVENVERSE_URL"),
        file.get("url"), DEFAULT_URL,
    )
    parts = urlsplit(chosen if "://" in chosen else "http://" + chosen)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RavenError(
            f"{chosen!r} is no server; write http://host:port or "
            "https://host."
        )
    tls = parts.scheme == "https"
    secret = _pick(token, CHOSEN.token, env.get("RAVEN_TOKEN"), file.get("token"))
    if len(secret.encode()) > 64:
        raise RavenError("the token is longer than 64 bytes; no operator "
                         "made it.")
    return Server(
        url=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        host=parts.hostname,
        port=parts.port or (443 if tls else 80),
        tls=tls,
        token=secret,
    )
