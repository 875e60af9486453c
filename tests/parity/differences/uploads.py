"""`request.files` and /upload."""

import hashlib
import io
import re
from dataclasses import replace

from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header
from werkzeug.utils import secure_filename

from compare import Exchange
from differences import WHOLE, Example, difference
from differences._common import refused
from grammars.multipart import Part, body
from tutorial import UPLOAD_LIMIT
from wire import Request

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF"
GIF = b"GIF89a\x01\0\x01\0"

EXTENSIONS = {"png", "jpg", "jpeg", "gif"}

# The longest name of a file that most file systems take, in bytes.
LONGEST_NAME = 255

# The longest one that Handspun keeps.
LONGEST_KEPT_NAME = 190


def image(filename: str, content: bytes = PNG, name: str = "image") -> Part:
    return Part((f'Content-Disposition: form-data; name="{name}"; filename="{filename}"',), content)


def info(text: str) -> Part:
    return Part(('Content-Disposition: form-data; name="info"',), text.encode())


def upload(*parts: Part) -> Request:
    headers = ((b"Content-Type", b"multipart/form-data; boundary=xyz"),)
    return Request("POST", b"/upload", headers, body(b"xyz", parts))


def _image(exchange: Exchange):
    """The file that Werkzeug finds in the field `image`."""
    request = exchange.request
    if request.path != "/upload" or request.media_type != "multipart/form-data":
        return None
    kind, options = parse_options_header(request.content_type)
    _, _, files = FormDataParser().parse(io.BytesIO(request.body or b""), kind, None, options)
    return files.get("image")


def _extension(filename: str) -> str:
    return filename.rpartition(".")[2] if "." in filename else ""


def _failed(exchange: Exchange):
    """Explains that Handspun answers `failed`, with 415."""
    if (exchange.ours.status, exchange.ours.text) == (415, "failed"):
        return WHOLE
    return None


@difference(
    "upload-failed",
    Example(upload(image("a.txt")), "200 failed", "415 failed"),
)
def upload_failed(exchange: Exchange):
    file = _image(exchange)
    if file is not None and _extension(file.filename).lower() not in EXTENSIONS and exchange.flask.text == "failed":
        return _failed(exchange)


@difference(
    "upload-bytes",
    Example(upload(image("a.png", b"<script>")), "200 info is . success", "415 failed"),
)
def upload_bytes(exchange: Exchange):
    file = _image(exchange)
    begins = (PNG, JPEG[:3], GIF[:3])
    if file and _extension(file.filename).lower() in EXTENSIONS and not file.stream.read(8).startswith(begins):
        return _failed(exchange)


@difference(
    "upload-extension-case",
    Example(upload(image("a.PNG"), info("1")), "200 failed", "200 info is 1. success"),
)
def upload_extension_case(exchange: Exchange):
    file = _image(exchange)
    extension = _extension(file.filename) if file else ""
    if extension.lower() in EXTENSIONS and extension not in EXTENSIONS and exchange.flask.text == "failed":
        if exchange.ours.status == 200 and exchange.ours.text.startswith("info is "):
            return {"body", "files"}


@difference(
    "upload-unchosen",
    Example(upload(image("", b"")), "200 failed", "400"),
)
def upload_unchosen(exchange: Exchange):
    file = _image(exchange)
    if file is not None and file.filename == "" and not file.stream.read(1):
        return refused(exchange, {200}, 400)


@difference(
    "upload-long-name",
    Example(upload(image("n" * 300 + ".png"), info("1")), "500", "200 info is 1. success"),
    Example(upload(image("n" * 200 + ".png")), '200 [["nnn…nnn.png","…"]]', '200 [["nnn…nnn-….png","…"]]'),
)
def upload_long_name(exchange: Exchange):
    file = _image(exchange)
    name = secure_filename(file.filename) if file else ""
    flask, ours = exchange.files or ([], [])
    is_odd = file and re.search(r"[\x00-\x1f\x7f]", file.filename)
    if len(name) > LONGEST_NAME and is_odd and not flask and exchange.ours.status != 200:
        return refused(exchange, {500}, 400)  # Its head cannot be read.
    if len(name) <= LONGEST_KEPT_NAME or exchange.ours.status != 200:
        return None
    extension = _extension(name)
    digest = hashlib.sha256(file.filename.encode()).hexdigest()[:16]
    end = f"-{digest}.{extension}"
    if [kept for kept, _ in ours] != [name[: LONGEST_KEPT_NAME - len(end)] + end]:
        return None
    if len(name) > LONGEST_NAME:
        return WHOLE if exchange.flask.status == 500 and not flask else None
    return {"files"} if [kept for kept, _ in flask] == [name] and flask[0][1] == ours[0][1] else None


@difference(
    "upload-name",
    Example(upload(image("唤.png")), '200 [["png","…"]]', '200 [["….png","…"]]'),
    Example(
        upload(image("醒.png")), '200 [["png","…"]]', '200 [["….png","…"],["….png","…"]]', before=(upload(image("唤.png")),)
    ),
)
def upload_name(exchange: Exchange):
    """Werkzeug leaves nothing but the extension, under which one file takes the place of another."""
    file = _image(exchange)
    if not file or exchange.files is None or "." in secure_filename(file.filename):
        return None
    flask, ours = exchange.files
    extension = _extension(file.filename).lower()
    if [name for name, _ in flask] in ([], [secure_filename(file.filename)]):
        if ours and all(re.fullmatch(rf"[0-9a-f]{{16}}\.{extension}", name) for name, _ in ours):
            return {"files"}


def full(beyond: int = 0) -> Request:
    """A picture that fills a body up to the limit, and beyond."""
    frame = len(upload(image("a.png", b"")).body)
    return upload(image("a.png", PNG.ljust(UPLOAD_LIMIT - frame + beyond, b"x")))


@difference(
    "upload-chunks",
    Example(replace(full(), chunks=(65_536,) * 20), "413", '200 [["a.png","…"]]'),
)
def upload_chunks(exchange: Exchange):
    request = exchange.request
    if request.chunks is not None and len(request.body) == UPLOAD_LIMIT and exchange.ours.status == 200:
        return WHOLE if exchange.flask.status == 413 else None


@difference(
    "content-length",
    Example(replace(upload(image("a.png")), length=2**64), "413", "400 Content-Length: 0"),
)
def content_length(exchange: Exchange):
    """Refused before there is a request at all."""
    if (exchange.request.length or 0) >= 2**64 and exchange.ours.status == 400:
        return WHOLE


# How many characters `info` may have.
LONGEST_INFO = 2000


@difference(
    "upload-info",
    Example(upload(info("x" * (LONGEST_INFO + 1)), image("a.png")), "200 info is xxx…xxx. success", "422"),
)
def upload_info(exchange: Exchange):
    request = exchange.request
    if request.path != "/upload" or request.media_type != "multipart/form-data":
        return None
    kind, options = parse_options_header(request.content_type)
    _, form, _ = FormDataParser().parse(io.BytesIO(request.body or b""), kind, None, options)
    if any(len(text) > LONGEST_INFO for text in form.getlist("info")):
        return refused(exchange, {200, 400}, 422)
