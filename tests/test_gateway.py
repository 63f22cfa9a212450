"""The gateway speaks to LINE as LINE wants to be spoken to: over real HTTP, to the stand-in."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.line.answers import BotInfo, Quota, Refused, Sent, Unanswered, WebhookInfo, Why, judge
from bot.line.gateway import Gateway
from bot.simulator import TOKEN, Phone, Platform, Server, serve
from bot.simulator.books import Rate, rates
from bot.simulator.faults import error, hang, month_used_up, rate_limited, reset_after, reset_before
from handlers.channels import NoChannel

HELLO = [{"type": "text", "text": "สวัสดีค่ะ ท่าน ผอ. 🙏"}]


def token_of(channel: str) -> str:
    if channel != "main":
        raise NoChannel(channel)
    return TOKEN


def ignored(path: str, body: bytes, headers: object) -> int:
    return 200


@pytest.fixture
def platform() -> Iterator[Platform]:
    platform = Platform(webhook=ignored)
    yield platform
    assert platform.problems == []


@pytest.fixture
def server(platform: Platform) -> Iterator[Server]:
    with serve(platform) as server:
        yield server


@pytest.fixture
def gateway(server: Server) -> Gateway:
    return Gateway(token_of, host=server.url, timeouts=(1.0, 0.4))


@pytest.fixture
def phone(platform: Platform) -> Phone:
    phone = platform.phone(name="นางวารุณี ตัวอย่างทอง")
    phone.follows()
    return phone


def token(platform: Platform, phone: Phone) -> str:
    """Let somebody speak; return the reply token that came with it."""
    phone.says("สวัสดี")
    return list(platform.main.reply_tokens)[-1]


def heard(phone: Phone) -> list[str]:
    return [message["text"] for message in phone.heard]


def test_a_reply_arrives_and_its_id_is_known(gateway: Gateway, platform: Platform, phone: Phone) -> None:
    answer = gateway.reply("main", token(platform, phone), HELLO)
    assert isinstance(answer, Sent)
    assert len(answer.ids) == 1
    assert heard(phone) == [HELLO[0]["text"]]
    assert phone.talk.find(answer.ids[0]) is not None


def test_a_token_works_once(gateway: Gateway, platform: Platform, phone: Phone) -> None:
    once = token(platform, phone)
    gateway.reply("main", once, HELLO)
    assert gateway.reply("main", once, HELLO) == Refused(
        "400 Invalid reply token", Why.TOKEN, permanent=True, status=400
    )
    assert len(heard(phone)) == 1


def test_a_push_repeated_with_its_key_counts_as_sent(gateway: Gateway, phone: Phone, platform: Platform) -> None:
    key = str(uuid4())
    first = gateway.push("main", phone.user, HELLO, key)
    assert isinstance(first, Sent)
    assert gateway.push("main", phone.user, HELLO, key) == first
    assert len(heard(phone)) == 1
    assert [call.status for call in platform.calls] == [200, 409]


def test_many_are_told_at_once(gateway: Gateway, platform: Platform, phone: Phone) -> None:
    other = platform.phone(name="นายสุรเดช สมมติบุตร").follows()
    assert isinstance(gateway.multicast("main", [phone.user, other.user], HELLO, str(uuid4())), Sent)
    assert heard(phone) == heard(other) == [HELLO[0]["text"]]


def test_a_call_to_many_repeated_with_its_key_counts_as_sent(gateway: Gateway, platform: Platform) -> None:
    phones, key = [platform.phone(name=f"คนที่ {number}").follows() for number in range(3)], str(uuid4())
    to = [phone.user for phone in phones]
    platform.calls.clear()
    assert [gateway.multicast("main", to, HELLO, key) for _ in range(2)] == [Sent(), Sent()]
    assert [len(heard(phone)) for phone in phones] == [1, 1, 1]
    assert [call.status for call in platform.calls] == [200, 409]
    assert platform.main.quota.used(platform.now()) == 3


@pytest.mark.parametrize(("endpoint", "rate"), [("push", 2000), ("multicast", 200)])
def test_lines_rate_is_kept_by_the_stand_in(endpoint: str, rate: int) -> None:
    bucket, now = rates()[endpoint], datetime(2026, 1, 5, tzinfo=UTC)
    assert [bucket.take(now) for _ in range(rate + 2)] == [True] * rate + [False] * 2
    assert [bucket.take(now + timedelta(seconds=0.5)) for _ in range(rate)].count(True) == rate // 2


def test_too_many_calls_are_refused(gateway: Gateway, platform: Platform, phone: Phone) -> None:
    platform.main.rates["push"] = Rate(1)
    gateway.push("main", phone.user, HELLO, str(uuid4()))
    answer = gateway.push("main", phone.user, HELLO, str(uuid4()))
    assert isinstance(answer, Refused)
    assert (answer.why, answer.permanent, answer.ambiguous) == (Why.RATE, False, False)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (error(500), (Why.TROUBLE, False, True)),
        (rate_limited(), (Why.RATE, False, False)),
        (month_used_up(), (Why.LIMIT, True, False)),
        (error(401, "Authentication failed."), (Why.CHANNEL, True, False)),
        (error(403, "Not allowed."), (Why.CHANNEL, True, False)),
        (error(404, "Not found"), (Why.MESSAGE, True, False)),
        (error(413, "Request entity too large"), (Why.MESSAGE, True, False)),
        (error(302, ""), (Why.TROUBLE, False, False)),
        (reset_before(), (Why.TROUBLE, False, True)),
        (reset_after(), (Why.TROUBLE, False, True)),
        (hang(0.9), (Why.TROUBLE, False, True)),
    ],
    ids=lambda value: str(value)[:40],
)
def test_each_trouble_is_told_apart(gateway: Gateway, platform: Platform, phone: Phone, fault, expected) -> None:
    platform.faults.queue("push", fault)
    answer = gateway.push("main", phone.user, HELLO, str(uuid4()))
    assert isinstance(answer, Refused)
    assert (answer.why, answer.permanent, answer.ambiguous) == expected


def test_no_call_is_repeated_behind_our_back(gateway: Gateway, platform: Platform, phone: Phone) -> None:
    platform.faults.queue("any", error(503), reset_before(), hang(0.9, accepts=False))
    gateway.push("main", phone.user, HELLO, str(uuid4()))
    gateway.push("main", phone.user, HELLO, str(uuid4()))
    with pytest.raises(Unanswered):
        gateway.quota("main")
    assert platform.faults.waiting() == 0
    assert heard(phone) == []


def test_a_closed_port_was_never_reached() -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = Gateway(token_of, host=f"http://127.0.0.1:{port}").reply("main", "x", HELLO)
    assert answer == Refused("ConnectionRefusedError", Why.TROUBLE, permanent=False, ambiguous=False)


def test_a_channel_without_a_token_sends_nothing(gateway: Gateway) -> None:
    answer = gateway.reply("elsewhere", "x", HELLO)
    assert isinstance(answer, Refused)
    assert answer.why is Why.CHANNEL
    with pytest.raises(Unanswered):
        gateway.quota("elsewhere")


def test_a_new_token_is_used_at_once(platform: Platform, server: Server, phone: Phone) -> None:
    tokens = iter(["an old one", TOKEN])
    gateway = Gateway(lambda channel: next(tokens), host=server.url)
    first = gateway.push("main", phone.user, HELLO, str(uuid4()))
    assert isinstance(first, Refused)
    assert first.why is Why.CHANNEL
    assert isinstance(gateway.push("main", phone.user, HELLO, str(uuid4())), Sent)


def test_questions_are_answered_in_our_words(gateway: Gateway, platform: Platform, phone: Phone) -> None:
    assert gateway.quota("main") == Quota(300, 0)
    gateway.push("main", phone.user, HELLO, str(uuid4()))
    assert gateway.quota("main") == Quota(300, 1)
    platform.main.quota.allowed = None
    assert gateway.quota("main") == Quota(None, 1)
    info = gateway.bot_info("main")
    assert isinstance(info, BotInfo)
    assert info.chat_mode == "bot"
    assert gateway.webhook("main") == WebhookInfo(platform.webhooks["main"].address, True)


def test_the_webhook_is_tried(gateway: Gateway, platform: Platform) -> None:
    assert gateway.try_webhook("main").success
    assert platform.webhooks["main"].deliveries[-1].events == ()


@pytest.mark.parametrize("body", [None, b"", b"{", b"[1]", b'{"message": 7}', b'{"sentMessages": 7}', b"\xff"])
@pytest.mark.parametrize("status", [200, 400, 409, 429, 500])
def test_an_odd_answer_is_judged_by_its_status(status: int, body: bytes | None) -> None:
    assert isinstance(judge(status, body), Sent) == (status in (200, 409))


# --- TLS


class _Accepts(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def over_tls(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the address of a server with a certificate that nobody has signed, and the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "public.pem", folder / "private.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Accepts) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://localhost:{server.server_port}", public
        server.shutdown()


def test_only_a_trusted_certificate_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with over_tls(tmp_path) as (address, certificate):
        untrusted = Gateway(token_of, host=address).reply("main", "x", HELLO)
        assert isinstance(untrusted, Refused)
        assert untrusted.reason == "SSLCertVerificationError"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert Gateway(token_of, host=address).reply("main", "x", HELLO) == Sent()
        by_number = address.replace("localhost", "127.0.0.1")
        assert isinstance(Gateway(token_of, host=by_number).reply("main", "x", HELLO), Refused)
