"""What a bucket's server does to files: away, refusing, cutting them short, losing answers, breaking off."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from botocore.config import Config
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from pytest_django import Settings

from people import bucket
from people.bucket import BucketStorage
from people.bucket_trial import NO_CHECKSUMS, OVERWRITES
from people.storage import DurableStorage, NotSaved, durable_storage
from tests.bucket_server import Environ, Server, StartResponse, new_bucket, use_bucket
from tests.people.uploading import BYTES, files_under, upload
from tests.services import free_port

pytestmark = [
    pytest.mark.usefixtures("place"),
    pytest.mark.parametrize("place", ["bucket"], indirect=True),
]

Fault = Callable[[Environ, StartResponse], Iterable[bytes] | None]


def refuse(status: str, code: str) -> Fault:
    def answer(_environ: Environ, start_response: StartResponse) -> list[bytes]:
        start_response(status, [("Content-Type", "application/xml")])
        return [f"<Error><Code>{code}</Code><Message>secret words of the server</Message></Error>".encode()]

    return answer


def only(method: str, fault: Fault, *, nth: int = 1) -> Fault:
    """The fault at the n-th request of that method and at each after it."""
    seen = 0

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
        nonlocal seen
        seen += environ["REQUEST_METHOD"] == method
        hit = environ["REQUEST_METHOD"] == method and seen >= nth
        return fault(environ, start_response) if hit else None

    return answer


def with_body(change: Callable[[bytes], bytes], *, without_checksum: bool) -> Fault:
    """The server takes something else than it was sent, and says that all is well."""

    def altered(environ: Environ, _start_response: StartResponse) -> None:
        data = change(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(data), str(len(data))
        if without_checksum:
            for name in [name for name in environ if "CHECKSUM" in name]:
                del environ[name]

    return altered


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a second, once, where a server would be waited for longer."""
    files = durable_storage()
    assert isinstance(files, BucketStorage)
    quick = Config(read_timeout=1, retries={"total_max_attempts": 1})
    monkeypatch.setattr(files, "client_config", files.client_config.merge(quick))


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (refuse("403 Forbidden", "AccessDenied"), "the storage refuses: AccessDenied"),
        (refuse("503 Slow Down", "SlowDown"), "the storage refuses: SlowDown"),
        (refuse("507 Insufficient Storage", "QuotaExceeded"), "the storage refuses: QuotaExceeded"),
        (refuse("400 Bad Request", "BadDigest"), "the storage refuses: BadDigest"),
    ],
    ids=["forbidden", "busy", "full", "other bytes"],
)
def test_a_server_that_refuses_the_third_of_three_leaves_none(
    place: Path, s3: Server, fault: Fault, says: str
) -> None:
    s3.in_between = only("PUT", fault, nth=3)
    with pytest.raises(NotSaved, match=says) as told:
        durable_storage().keep([upload(BYTES) for _number in range(3)], under="work")
    assert "secret words" not in str(told.value)
    assert files_under(place) == []


@pytest.mark.parametrize("without_checksum", [False, True], ids=["checksums", "no checksums"])
def test_a_server_that_cuts_a_file_is_found_out(place: Path, s3: Server, without_checksum: bool) -> None:
    s3.in_between = only("PUT", with_body(lambda data: data[:-1], without_checksum=without_checksum), nth=2)
    with pytest.raises(NotSaved, match="199999 of 200000"):
        durable_storage().keep([upload(BYTES), upload(BYTES)], under="work")
    assert files_under(place) == []


def test_a_server_without_checksums_has_every_byte_read_back(place: Path, s3: Server) -> None:
    keep_as_it_is = with_body(lambda data: data, without_checksum=True)
    s3.in_between = only("PUT", keep_as_it_is)
    assert len(durable_storage().keep([upload(BYTES)], under="work")) == 1
    change = with_body(lambda data: bytes([data[0] ^ 1]) + data[1:], without_checksum=True)
    s3.in_between = only("PUT", change)
    with pytest.raises(NotSaved, match="not those that arrived"):
        durable_storage().keep([upload(BYTES)], under="work")
    assert len(files_under(place)) == 1


def test_an_answer_that_was_lost_is_no_receipt_and_costs_nothing_kept(
    place: Path, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes are there, the portal cannot know it: not saved; the next try takes another name."""

    def take_and_say_nothing(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        list(s3.app(environ, lambda *_args: None))
        raise ConnectionResetError

    s3.in_between = only("PUT", take_and_say_nothing)
    impatient(monkeypatch)
    with pytest.raises(NotSaved, match="does not answer"):
        durable_storage().keep([upload(BYTES)], under="work")
    s3.in_between = None
    lost = {path.name for path in files_under(place)}
    assert len(lost) >= 1, "the housekeeping sets it aside, a day later"
    [kept] = durable_storage().keep([upload(BYTES)], under="work")
    assert Path(kept.path).name not in lost


@pytest.mark.parametrize("conditional", ["yes", "no"])
def test_a_taken_name_is_not_overwritten_whatever_the_server_knows(
    s3: Server, settings: Settings, tmp_path: Path, conditional: str
) -> None:
    """Servers that do not know If-None-Match overlook it, so where one is used it is asked first."""

    def overlook(environ: Environ, _start_response: StartResponse) -> None:
        assert (environ.pop("HTTP_IF_NONE_MATCH", None) is not None) is (conditional == "yes")

    use_bucket(settings, f"{new_bucket(s3)}?conditional={conditional}", uploads=tmp_path / "others")
    files = durable_storage()
    if conditional == "no":
        s3.in_between = only("PUT", overlook)
    first = files.save("work/taken", ContentFile(b"first"))
    second = files.save("work/taken", ContentFile(b"second"))
    assert first == "work/taken" != second
    with files.open(first) as one, files.open(second) as other:
        assert (one.read(), other.read()) == (b"first", b"second")


def test_a_server_that_is_away_is_told_at_once(settings: Settings, tmp_path: Path) -> None:
    use_bucket(settings, f"s3+http://a:b@127.0.0.1:{free_port()}/files", uploads=tmp_path / "others")
    files = durable_storage()
    began = time.monotonic()
    with pytest.raises(NotSaved, match="the storage does not answer"):
        files.keep([upload(BYTES)], under="work")
    assert files.trouble() == "the storage does not answer"
    with pytest.raises(OSError, match="does not answer"):
        files.open("work/ab/one")
    with pytest.raises(OSError, match="does not answer"):
        list(files.kept_under("work", until=None))  # type: ignore[arg-type]
    files.forget(["work/ab/one", "work/ab/two"])
    assert time.monotonic() - began < 15


def test_a_server_that_hangs_is_left_in_time(
    place: Path, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch)
    files = durable_storage()

    def hang(_environ: Environ, _start_response: StartResponse) -> list[bytes]:
        time.sleep(4)
        return []

    s3.in_between = only("PUT", hang)
    began = time.monotonic()
    with pytest.raises(NotSaved, match="does not answer"):
        files.keep([upload(BYTES)], under="work")
    assert time.monotonic() - began < 3.5
    assert files_under(place) == []


@pytest.mark.parametrize(
    "put",
    [
        lambda files: files.keep([upload(BYTES)], under="work"),
        lambda files: files.save("work/one", upload(BYTES)),
    ],
    ids=["keep", "save"],
)
def test_a_server_that_never_answers_has_one_time_for_everything(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    put: Callable[[DurableStorage], object],
) -> None:
    """It takes connections and says nothing: no second try that would end too late, and no removing."""
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        url = f"s3+http://a:b@127.0.0.1:{frozen.getsockname()[1]}/files"
        use_bucket(settings, url, uploads=tmp_path / "others")
        files = durable_storage()
        assert isinstance(files, BucketStorage)
        config = files.client_config.merge(Config(read_timeout=2))
        monkeypatch.setattr(files, "client_config", config)
        monkeypatch.setattr(bucket, "KEEP_WITHIN", 1.8)
        began = time.monotonic()
        with pytest.raises(NotSaved, match="does not answer"):
            put(files)
        assert time.monotonic() - began < 5, (
            "the silence of one try, not of two, nor of two more to remove it"
        )


def test_a_server_that_freezes_after_the_second_of_three_is_asked_nothing_more(
    place: Path, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch)
    asked: list[str] = []

    def freeze(environ: Environ, _start_response: StartResponse) -> list[bytes] | None:
        asked.append(environ["REQUEST_METHOD"])
        if asked.count("PUT") < 3:
            return None
        time.sleep(2)
        return []

    s3.in_between = freeze
    with pytest.raises(NotSaved, match="does not answer"):
        durable_storage().keep([upload(BYTES) for _number in range(3)], under="work")
    assert asked == ["PUT", "HEAD", "PUT", "HEAD", "PUT"]
    assert len(files_under(place)) == 2, "the housekeeping sets them aside, a day later"


def test_a_server_that_is_slow_has_the_rest_of_the_time(
    place: Path, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left is too short for a patient wait: the hasty connection is taken, and the file kept."""
    monkeypatch.setattr(bucket, "KEEP_WITHIN", 12.0)
    assert len(durable_storage().keep([upload(BYTES)], under="work")) == 1
    monkeypatch.setattr(bucket, "KEEP_WITHIN", 4.0)
    with pytest.raises(NotSaved, match="does not answer in time"):
        durable_storage().keep([upload(BYTES)], under="work")
    assert len(files_under(place)) == 1


@pytest.mark.parametrize(("status", "code"), [("404 Not Found", "NoSuchBucket"), ("403 Forbidden", "403")])
def test_trouble_has_no_names_in_it(s3: Server, place: Path, status: str, code: str) -> None:
    s3.in_between = refuse(status, code)
    told = durable_storage().trouble()
    assert told and told.startswith("the storage refuses") and "files-" not in told


def test_a_download_that_breaks_off_goes_on_where_it_stood(place: Path, s3: Server) -> None:
    data = BYTES * 5
    [kept] = durable_storage().keep([upload(data)], under="work")
    asked: list[str] = []

    def break_off(environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
        asked.append(environ.get("HTTP_RANGE", "from the start"))
        answer = b"".join(s3.app(environ, start_response))
        yield answer[: len(answer) // 2]
        if len(asked) < 3:
            raise ConnectionResetError
        yield answer[len(answer) // 2 :]

    s3.in_between = only("GET", break_off)
    with durable_storage().open(kept.path) as stream:
        assert stream.read() == data
    assert len(asked) == 3 and asked[0] == "from the start" and asked[1].startswith("bytes=")


def test_a_file_that_changed_while_it_was_read_is_an_error_not_a_mixture(place: Path, s3: Server) -> None:
    files = durable_storage()
    assert isinstance(files, BucketStorage)
    [kept] = files.keep([upload(BYTES * 3)], under="work")
    with files.open(kept.path) as stream:
        assert stream.read(1000) == BYTES[:1000]
        files.client.put_object(Bucket=files.bucket_name, Key=kept.path, Body=b"x" * 3 * len(BYTES))
        stream.seek(400_000)  # beyond what was read ahead
        with pytest.raises(OSError, match="the storage refuses: PreconditionFailed"):
            stream.read(10)


def test_a_bucket_can_be_shared_by_folder(s3: Server, settings: Settings, tmp_path: Path) -> None:
    use_bucket(settings, new_bucket(s3, folder="портал/2025"), uploads=tmp_path / "others")
    files = durable_storage()
    assert isinstance(files, BucketStorage)
    [kept] = files.keep([upload(BYTES)], under="work")
    files.client.put_object(Bucket=files.bucket_name, Key="another's", Body=b"x")
    far = files.client.head_object(Bucket=files.bucket_name, Key=f"портал/2025/{kept.path}")["LastModified"]
    assert list(files.kept_under("", until=far)) == [[kept.path]]
    assert list(files.kept_under("work", until=far)) == [[kept.path]]
    assert list(files.kept_under("wor", until=far)) == []
    with files.open(kept.path) as stream:
        assert stream.read() == BYTES


def test_uploads_on_their_way_to_a_bucket_have_no_name(place: Path, settings: Settings) -> None:
    source = upload(BYTES)
    assert list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == [], "a killed process leaves nothing"
    assert source.written() is None
    durable_storage().keep([source], under="work")
    source.close()


def trial() -> dict[str | None, str]:
    """What `check --deploy` says of the bucket: id -> words."""
    messages = run_checks(include_deployment_checks=True)
    return {one.id: str(one.msg) for one in messages if one.id and one.id.startswith("people.")}


def test_the_trial_of_a_good_bucket_finds_nothing_and_leaves_nothing(place: Path) -> None:
    assert trial() == {} and files_under(place) == []


def test_the_trial_finds_a_server_that_overwrites(place: Path, s3: Server) -> None:
    def overlook(environ: Environ, _start_response: StartResponse) -> None:
        environ.pop("HTTP_IF_NONE_MATCH", None)

    s3.in_between = only("PUT", overlook)
    assert trial() == {"people.E004": OVERWRITES} and files_under(place) == []


def test_the_trial_tells_of_a_server_without_checksums(place: Path, s3: Server) -> None:
    s3.in_between = only("PUT", with_body(lambda data: data, without_checksum=True))
    assert trial() == {"people.I001": NO_CHECKSUMS}


@pytest.mark.parametrize(
    ("method", "says"), [("PUT", "AccessDenied"), ("DELETE", "remove"), ("GET", "Access")]
)
def test_the_trial_finds_what_the_account_may_not(s3: Server, method: str, says: str) -> None:
    s3.in_between = only(method, refuse("403 Forbidden", "AccessDenied"))
    assert says in trial()["people.E003"]
