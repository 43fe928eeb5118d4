"""An S3 server of the tests' own, in a thread of this process, and a bucket there as the folder of files."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from pytest_django import Settings

from people.files_url import files_place

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

KEY, SECRET = "portal", "very/secret+indeed"  # as they are made: with what an URL must have encoded


class Server:
    """A server on a free port of the loopback; ``address`` is its host and port. It forgets all when it ends.

    ``in_between`` sees each request first, as WSGI does: None lets it through, anything else is the answer.
    """

    def __init__(self) -> None:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import WSGIRequestHandler, make_server

        class Quiet(WSGIRequestHandler):
            def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the library's word
                pass

        self.in_between: Callable[[Environ, StartResponse], Iterable[bytes] | None] | None = None
        self.app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self, threaded=True, request_handler=Quiet)
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        answer = self.in_between(environ, start_response) if self.in_between else None
        return self.app(environ, start_response) if answer is None else answer

    def stop(self) -> None:
        """End it; nothing listens there afterwards."""
        self._server.shutdown()
        self._server.server_close()


def new_bucket(server: Server, *, folder: str = "") -> str:
    """The FILES_URL of a new, empty bucket."""
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends

    name = f"files-{secrets.token_hex(6)}"
    s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket(name, "us-east-1")
    return f"s3+http://{KEY}:{quote(SECRET, safe='')}@{server.address}/{name}/{folder}"


def use_folder(settings: Settings, folder: Path) -> Path:
    """Have the portal keep files in a new folder, uploads arriving inside it."""
    settings.MEDIA_ROOT = folder
    settings.FILE_UPLOAD_TEMP_DIR = folder / "incoming"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir(parents=True)
    return folder


def use_bucket(settings: Settings, url: str, uploads: Path) -> None:
    """Have the portal keep files in the bucket of that FILES_URL, uploads arriving in a new folder."""
    settings.STORAGES = settings.STORAGES | {"default": files_place(url).storage}
    settings.MEDIA_ROOT = ""
    settings.UPLOADS_HAVE_NAMES = False
    settings.FILE_UPLOAD_TEMP_DIR = uploads
    uploads.mkdir()


class BucketPlace:
    """A name in a bucket of that server, with the verbs of a Path that tests use on the folder of files."""

    def __init__(self, bucket: str, name: str = "") -> None:
        self.bucket, self.name_in = bucket, name

    def __truediv__(self, name: object) -> BucketPlace:
        return BucketPlace(self.bucket, str(PurePosixPath(self.name_in, str(name))))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BucketPlace) and str(self) == str(other)

    def __lt__(self, other: BucketPlace) -> bool:
        return str(self) < str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        return f"{self.bucket}/{self.name_in}"

    @property
    def name(self) -> str:
        return PurePosixPath(self.name_in).name

    @property
    def parent(self) -> BucketPlace:
        return BucketPlace(self.bucket, str(PurePosixPath(self.name_in).parent))

    def _keys(self) -> Any:
        from moto.core.models import DEFAULT_ACCOUNT_ID
        from moto.s3.models import s3_backends

        return s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[self.bucket].keys

    def rglob(self, _pattern: str) -> Iterator[BucketPlace]:
        start = f"{self.name_in}/" if self.name_in else ""
        return iter([BucketPlace(self.bucket, key) for key in list(self._keys()) if key.startswith(start)])

    def iterdir(self) -> Iterator[BucketPlace]:
        return self.rglob("*")  # the folders that tests look into are flat

    def is_file(self) -> bool:
        return self.name_in in self._keys()

    exists = is_file

    def relative_to(self, other: BucketPlace) -> PurePosixPath:
        return PurePosixPath(self.name_in).relative_to(other.name_in)

    def read_bytes(self) -> bytes:
        value: bytes = self._keys()[self.name_in].value
        return value

    def write_bytes(self, data: bytes) -> None:
        """Change what is there, unseen by the server's own checksums."""
        key = self._keys()[self.name_in]
        key.value = data
        key.checksum_value = None
        key.checksum_algorithm = None

    def unlink(self) -> None:
        self._keys().pop(self.name_in)

    def set_written_at(self, moment: datetime) -> None:
        self._keys()[self.name_in].last_modified = moment


def set_written_at(path: Path | BucketPlace, moment: datetime) -> None:
    """Have a file say that it was last written at ``moment``."""
    if isinstance(path, BucketPlace):
        path.set_written_at(moment)
    else:
        os.utime(path, (moment.timestamp(), moment.timestamp()))
